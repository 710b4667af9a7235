using System.Text;
using Notary.Cli;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>A folder that a ledger is copied into, and whole-folder checks that share no code with the copying.</summary>
internal sealed class CopiedLedger : IDisposable
{
    /// <summary>Short enough for a test that waits for all of them.</summary>
    public static readonly HttpPatience Impatience = new(
        TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(2), [TimeSpan.FromMilliseconds(10)]);

    /// <summary>Long enough for a busy machine, with one retry.</summary>
    public static readonly HttpPatience Patience = new(
        TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60), [TimeSpan.FromMilliseconds(10)]);

    private readonly TemporaryFolder folder = new();

    public string FullName => Path.Combine(folder.Path, "copy");

    public string Fork => Path.Combine(FullName, "fork");

    public void Dispose() => folder.Dispose();

    /// <summary>One visit, as <c>notary mirror --once</c> makes it.</summary>
    public async Task<CopyOutcome> VisitAsync(LyingServer server, TrustPolicy trust, HttpPatience? patience = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var client = TileClient.Connect("URL", server.Address, patience ?? Patience, TimeProvider.System);
        using var target = TileFolder.Open(FullName);
        var served = await client.GetCheckpointAsync(cancellation);
        var seen = SeenCheckpoint.Read(served.Bytes.Span, served.Place, trust);
        return await new TreeCopy(target, trust, client.Address, client.GetTileAsync, TimeProvider.System)
            .FollowAsync(seen, null, cancellation);
    }

    /// <summary>A visit that must end with this exit code; returns what it says.</summary>
    public async Task<string> FailAsync(int exitCode, LyingServer server, TrustPolicy trust, HttpPatience? patience = null)
    {
        var failure = await Assert.ThrowsAsync<CliException>(() => VisitAsync(server, trust, patience));
        Assert.True(failure.ExitCode == exitCode, failure.Message);
        return failure.Message;
    }

    /// <summary>Files by path, but for the checkpoint and what is only for the next run.</summary>
    public IReadOnlyDictionary<string, byte[]> Tiles() => Directory.Exists(Path.Combine(FullName, "tile"))
        ? Directory.EnumerateFiles(Path.Combine(FullName, "tile"), "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(FullName, path), File.ReadAllBytes)
        : new Dictionary<string, byte[]>();

    /// <summary>
    /// Checks that the folder holds everything that a checkpoint of this size speaks of, and that every file in it is the
    /// one that the ledger's true entries give.
    /// </summary>
    public void CheckWhole(TestLedger ledger, ulong size)
    {
        Assert.Equal(ledger.Checkpoint(size).ToString(), File.ReadAllText(Path.Combine(FullName, "checkpoint"), Encoding.UTF8));
        Assert.False(File.Exists(Path.Combine(FullName, ".checkpoint.pending")));
        CheckTrue(ledger);
        var here = Tiles().Keys.ToHashSet();
        Assert.All(PathsOf(size), path => Assert.Contains(path, here));
    }

    /// <summary>Checks that every file, however many there are, is true.</summary>
    public void CheckTrue(TestLedger ledger)
    {
        foreach (var (path, bytes) in Tiles())
        {
            Assert.True(TileId.TryParse(path, out var tile) && tile.ExistsIn(ledger.Size), path);
            Assert.True(bytes.AsSpan().SequenceEqual(LyingServer.Tile(ledger, tile)), path);
        }
    }

    /// <summary>Every path that a tree of this size must be served under, by the letter of tlog-tiles.</summary>
    public static IEnumerable<string> PathsOf(ulong size)
    {
        for (var level = TileId.Entries; level < 8; level++)
        {
            var complete = size >> (Math.Max(level, 0) * 8);
            for (ulong number = 0; number * 256 < complete; number++)
                yield return new TileId(level, number, (int)Math.Min(256, complete - number * 256)).ToString();
        }
    }
}
