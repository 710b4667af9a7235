using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>A ledger that signs two histories leaves proof with whoever followed the first.</summary>
public sealed class MirrorForkTests : IDisposable
{
    private readonly CopiedLedger copy = new();

    public void Dispose() => copy.Dispose();

    [Theory]
    [InlineData(600, 600)]
    [InlineData(600, 601)]
    [InlineData(600, 900)]
    [InlineData(600, 599)]
    [InlineData(600, 400)]
    [InlineData(512, 700)]
    [InlineData(256, 257)]
    [InlineData(300, 256)]
    public async Task Of_a_second_history_the_proof_is_kept_and_all_following_ends(int first, int second)
    {
        var (honest, forked) = (TestLedger.Grown(first), TestLedger.Grown(200));
        forked.Append("notary.other/v1\nhistory two\n");
        forked.Grow((ulong)second);
        await using var server = new LyingServer(LyingServer.Honest(honest));
        await copy.VisitAsync(server, honest.Policy);
        server.Answer = LyingServer.Honest(forked);

        Assert.Contains("two histories", await copy.FailAsync(1, server, honest.Policy), StringComparison.Ordinal);

        CheckProof(honest.Key.Verifier);
        copy.CheckTrue(honest);
        Assert.Equal(honest.Checkpoint().ToString(), File.ReadAllText(Path.Combine(copy.FullName, "checkpoint")));
        var proof = Snapshot(copy.Fork);
        Assert.False(Directory.Exists(copy.Fork + ".new"));
        server.Answer = LyingServer.Honest(honest);
        Assert.Contains("two histories", await copy.FailAsync(1, server, honest.Policy), StringComparison.Ordinal);
        Assert.Equal(proof, Snapshot(copy.Fork));
    }

    [Fact]
    public async Task A_checkpoint_whose_tiles_never_came_is_still_held_against_its_signer()
    {
        var (honest, forked) = (TestLedger.Grown(600), TestLedger.Grown(200));
        forked.Append("notary.other/v1\nhistory two\n");
        forked.Grow(700);
        await using var server = new LyingServer(LyingServer.Honest(honest));
        await copy.VisitAsync(server, honest.Policy);
        // A second history is signed, and not shown.
        server.Answer = path => path == "checkpoint" ? LyingServer.Honest(forked)(path) : Reply.Missing;
        await copy.FailAsync(4, server, honest.Policy);
        server.Answer = LyingServer.Honest(honest);
        Assert.Equal(CopyState.Stale, (await copy.VisitAsync(server, honest.Policy)).State);
        honest.Grow(800);

        await copy.FailAsync(1, server, honest.Policy);

        CheckProof(honest.Key.Verifier);
    }

    /// <summary>Judges the kept proof as its README tells a stranger to.</summary>
    private void CheckProof(VerifierKey key)
    {
        string Read(string name) => File.ReadAllText(Path.Combine(copy.Fork, name));
        SignedNote smaller = SignedNote.Parse(Read("checkpoint-smaller")), larger = SignedNote.Parse(Read("checkpoint-larger"));
        Assert.Equal((NoteCheck.Valid, NoteCheck.Valid), (smaller.Check(key), larger.Check(key)));
        var (a, b) = (Checkpoint.Parse(smaller.Text), Checkpoint.Parse(larger.Text));
        Assert.Equal(a.Origin, b.Origin);
        Assert.True(Hash.TryParseBase64(Read("root-in-larger").TrimEnd('\n'), out var root));
        var proof = Read("consistency-proof").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Hash.TryParseBase64(line, out var hash) ? hash : throw new InvalidDataException(line)).ToList();
        Assert.True(MerkleTree.VerifyConsistency(a.Size, b.Size, root, b.Root, proof));
        Assert.NotEqual(a.Root, root);
        Assert.Contains(key.ToString(), Read("README.txt"), StringComparison.Ordinal);
        Assert.All(Read("README.txt").Split('\n'), line => Assert.True(line.Length <= 140, line));
    }

    private static string Snapshot(string folder) => string.Join(
        '\n', Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(path => $"{path} {Hash.Of(File.ReadAllBytes(path))}"));
}
