using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary><c>notary rotate-key</c> killed right before each of its durable steps in turn, by strace.</summary>
public sealed class KilledKeyChangeTests : IDisposable
{
    private const int Entries = 4;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(folder.Path, "data");

    [Theory]
    [InlineData("fsync")]
    [InlineData("fdatasync")]
    [InlineData("rename")]
    public async Task A_change_killed_before_any_step_is_whole_or_not_there_at_the_next_start(string call)
    {
        ExternalTool.Require("strace");
        await MakeLedgerAsync();
        var pristine = Path.Combine(folder.Path, "pristine");
        Copy(Data, pristine);
        var (kills, done) = (0, false);
        for (var when = 1; !done; when++)
        {
            Assert.InRange(when, 1, 60);
            Copy(pristine, Data);
            var inject = string.Create(CultureInfo.InvariantCulture, $"inject={call}:signal=SIGKILL:when={when}");
            var result = await ExternalTool.RunAsync(
                "strace", ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", inject, "dotnet", Program, "rotate-key", "--data", Data]);
            done = result.ExitCode == 0;
            kills += done ? 0 : 1;
            await CheckAsync(done);
        }

        Assert.True(kills > 0 || call == "fdatasync", $"{call} was never called");
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "notary.dll");

    private async Task MakeLedgerAsync()
    {
        await using var ledger = Ledger.Open(new LedgerOptions { DataDirectory = Data, Origin = "ledger.example.org/main" }, NullLogger<Ledger>.Instance);
        for (var i = 1; i < Entries; i++)
            await DepositAsync(ledger, i);
    }

    /// <summary>The next start finds one of two ledgers, whole, goes on with its key, and leaves no trace of the other.</summary>
    private async Task CheckAsync(bool mustHaveChanged)
    {
        var ledger = Ledger.Open(new LedgerOptions { DataDirectory = Data }, NullLogger<Ledger>.Instance);
        await using (ledger)
        {
            var size = ledger.Latest.Checkpoint.Size;
            var first = Genesis.Parse(StrictText.Decode("entry", EntryBundle.Parse(new TileId(TileId.Entries, 0, 1), ledger.ReadTile(new TileId(TileId.Entries, 0, 1))!.Value)[0].Span)).Key;
            Assert.True(size == Entries + 1 || (size == Entries && !mustHaveChanged), $"{size} entries");
            Assert.Equal(size == Entries, ledger.Key == first);
            if (ledger.FindKeyChange(first) is { } change)
                Assert.Equal((ledger.Key, (string?)null), (change.Change.New, change.WhyNot(TrustPolicy.Parse(TrustPolicy.Format(first, null)))));
            Assert.Equal(size == Entries, ledger.FindKeyChange(first) is null);
            await DepositAsync(ledger, Entries);
        }

        Assert.Equal(["ledger.key"], Directory.GetFiles(Data, "ledger.key*").Select(path => Path.GetFileName(path)!));
        Assert.Empty(Fsck.Run(Data, null, null, Cancellation).Findings);
    }

    private static async Task DepositAsync(Ledger ledger, int number)
    {
        var request = RequestBytes.Create(RunningServer.NewRequest(ledger.Origin, number), key: null);
        Assert.Equal(DepositOutcome.Issued, (await ledger.DepositAsync(Depositor.Local, request.Bytes, Cancellation)).Outcome);
    }

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        File.Copy(LedgerOptions.DefaultHighWaterMark(from), LedgerOptions.DefaultHighWaterMark(to), overwrite: true);
    }
}
