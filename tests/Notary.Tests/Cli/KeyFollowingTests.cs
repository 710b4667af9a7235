using System.Text;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Monitor = Notary.Cli.Monitor;

namespace Notary.Tests.Cli;

/// <summary>Following a ledger's key over its read API, from honest servers and from those that would lead elsewhere.</summary>
public sealed class KeyFollowingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestLedger ledger = new();
    private readonly TrustPolicy before;

    public KeyFollowingTests() => before = ledger.Policy;

    public void Dispose() => folder.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string State => Path.Combine(folder.Path, "state");

    [Fact]
    public async Task A_monitor_follows_change_after_change_and_remembers_them()
    {
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        Assert.Equal(0, (await VisitAsync(server)).ExitCode);
        ledger.ChangeKey(2);
        ledger.Deposit();
        ledger.ChangeKey(3);
        ledger.Deposit();
        var visit = await VisitAsync(server);
        Assert.Equal((0, 2), (visit.ExitCode, visit.Followed.New.Count));
        Assert.Equal(3, visit.State.Keys!.Count);
        // The second time it needs nobody to show them.
        server.Answer = path => path.StartsWith("key-change", StringComparison.Ordinal) ? Reply.Missing : LyingServer.Honest(ledger)(path);
        ledger.Deposit();
        Assert.Equal((0, 2), ((visit = await VisitAsync(server)).ExitCode, visit.Followed.New.Count));
        Assert.DoesNotContain("key-change/00000000", server.Requests);
    }

    [Fact]
    public async Task A_ledger_that_shows_no_proof_of_its_new_key_is_refused()
    {
        ledger.ChangeKey(2);
        ledger.Deposit();
        await using var server = new LyingServer(path =>
            path.StartsWith("key-change", StringComparison.Ordinal) ? Reply.Missing : LyingServer.Honest(ledger)(path));
        var finding = Assert.Single((await VisitAsync(server)).Findings);
        Assert.Equal((FindingKinds.Refused, 1), (finding.Kind, finding.ExitCode));
        Assert.Contains("operator's own publication", finding.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("signed by the new key alone")]
    [InlineData("another ledger's")]
    [InlineData("the second before the first")]
    [InlineData("a proof by another key")]
    [InlineData("of a forked tree")]
    public async Task A_forged_change_leads_nowhere(string kind)
    {
        var thief = new TestLedger(key: 66);
        thief.Deposit();
        var old = before.Logs[0].Key;
        var forged = KeyChange.Create(TestLedger.Created, old, thief.Key);
        thief.Append(forged.ToText());
        var note = thief.Checkpoint();
        var proof = new KeyChangeProof(forged, new TlogProof(2, thief.Proof(2).Path, note));
        ledger.ChangeKey(2);
        proof = kind switch
        {
            "signed by the new key alone" => proof,
            "another ledger's" => new TestLedger("ledger.example/other").ChangeKey(66),
            "the second before the first" => ledger.ChangeKey(3),
            "a proof by another key" => ledger.KeyChanges[0] with { Change = ledger.KeyChanges[0].Change with { Proof = forged.Proof } },
            _ => proof with { Proof = ledger.KeyChanges[0].Proof },
        };
        await using var server = new LyingServer(path => path == "checkpoint"
            ? Reply.Found(Encoding.UTF8.GetBytes(note.ToString()))
            : path.StartsWith("key-change", StringComparison.Ordinal) ? Reply.Found(Encoding.UTF8.GetBytes(proof.ToText())) : Reply.Missing);
        var visit = await VisitAsync(server);
        var finding = Assert.Single(visit.Findings);
        Assert.Equal((FindingKinds.Refused, 1), (finding.Kind, finding.ExitCode));
        Assert.Contains("must not be followed", finding.Text, StringComparison.Ordinal);
        Assert.Empty(visit.State.KeyChanges);
    }

    [Fact]
    public async Task Who_goes_on_with_the_old_key_after_a_change_is_not_the_ledger()
    {
        ledger.ChangeKey(2);
        ledger.Deposit();
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        var old = SigningKey.Create(ledger.Origin, TestLedger.Seed(1));
        // The true tree, and an entry of the thief's at its end.
        server.Answer = path =>
        {
            if (path != "checkpoint")
                return LyingServer.Honest(ledger)(path);
            var text = new Checkpoint(ledger.Origin, ledger.Size, ledger.Root()).ToText();
            return Reply.Found(Encoding.UTF8.GetBytes(SignedNote.Sign(text, old).ToString()));
        };
        ledger.Deposit();
        var finding = Assert.Single((await VisitAsync(server)).Findings);
        Assert.Equal((FindingKinds.Refused, 1), (finding.Kind, finding.ExitCode));
        Assert.Contains("entries name last", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_entries_that_break_the_chain_are_told()
    {
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        var change = ledger.ChangeKey(2).Change.ToText();
        ledger.Append(change);
        ledger.Append(KeyChange.Create(TestLedger.Created.AddDays(1), before.Logs[0].Key, SigningKey.Create(ledger.Origin, TestLedger.Seed(5))).ToText());
        ledger.Append("notary.key/v1\nnothing\n");
        ledger.Append(KeyChange.Create(
            TestLedger.Created.AddDays(2), SigningKey.Create("a/b", TestLedger.Seed(1)).Verifier, SigningKey.Create("a/b", TestLedger.Seed(2))).ToText());
        var visit = await VisitAsync(server);
        Assert.Equal(1, visit.ExitCode);
        string[] expected = ["entry 2 does not change", "entry 3 does not change", "entry 4 names no key", "entry 5 changes the key of another"];
        Assert.All(expected.Zip(visit.Findings), pair => Assert.StartsWith(pair.First, pair.Second.Text, StringComparison.Ordinal));
        Assert.Equal(expected.Length, visit.Findings.Count);
    }

    [Fact]
    public async Task A_source_that_leads_on_for_ever_ends_where_a_trust_file_does()
    {
        var policy = before;
        for (byte key = 2; key <= TrustPolicy.MaxOfAKind; key++)
            ledger.ChangeKey(key);
        var all = await KeyFollower.FollowAsync(policy, ledger.Origin, Serve, Cancellation);
        Assert.Equal(TrustPolicy.MaxOfAKind, all.Policy.Logs.Count);
        ledger.ChangeKey(200);
        await Assert.ThrowsAsync<CliException>(() => KeyFollower.FollowAsync(policy, ledger.Origin, Serve, Cancellation));

        Task<KeyChangeProof?> Serve(VerifierKey old, CancellationToken cancellation) =>
            Task.FromResult(ledger.KeyChanges.Find(change => change.Change.Old == old));
    }

    [Fact]
    public async Task A_change_for_another_key_than_the_one_asked_for_is_refused()
    {
        var both = TrustPolicy.Parse(TrustPolicy.WithLog(
            TrustPolicy.Format(ledger.Key.Verifier, null), ledger.Key.Verifier, SigningKey.Create(ledger.Origin, TestLedger.Seed(9)).Verifier));
        var change = ledger.ChangeKey(2);
        await Assert.ThrowsAsync<CliException>(() =>
            KeyFollower.FollowAsync(both, ledger.Origin, (_, _) => Task.FromResult<KeyChangeProof?>(change), Cancellation));
    }

    private async Task<Visit> VisitAsync(LyingServer server)
    {
        Directory.CreateDirectory(State);
        using var client = TileClient.Connect("URL", server.Address, CopiedLedger.Patience, TimeProvider.System);
        return await new Monitor(new MonitorOptions(State, before, [], null), client, new Fixed()).RunAsync(null, Cancellation);
    }

    private sealed class Fixed : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => TestLedger.Created.AddDays(3);
    }
}
