using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

public sealed class FsckTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    [Fact]
    public async Task A_ledger_is_whole_beside_its_server_and_after_it_and_a_changed_byte_is_found()
    {
        Write([.. Enumerable.Range(0, 20).Select(i => $"d/{i}.txt")]);
        await RunAsync(0, "deposit", At("d"), "--each", "--server", ledger.Address, "--out", At("out"));

        var beside = await RunAsync(0, "fsck", "--data", ledger.Data);
        Assert.Contains($"ledger {ledger.Origin}: 21 entries, 20 deposits, 0 of them erased", beside.Output, StringComparison.Ordinal);
        Assert.Contains("whole: ", beside.Output, StringComparison.Ordinal);
        Assert.Contains("left out: ", beside.Output, StringComparison.Ordinal);

        // A stop moves everything from the write-ahead log into the database.
        Assert.Equal(0, await ledger.Process.SignalAsync("TERM"));
        Assert.DoesNotContain("left out", (await RunAsync(0, "fsck", "--data", ledger.Data)).Output, StringComparison.Ordinal);
        var database = Path.Combine(ledger.Data, "ledger.db");
        var bytes = await File.ReadAllBytesAsync(database, Cancellation);
        var origin = bytes.AsSpan().LastIndexOf("notary.statement/v1\nledger "u8) + "notary.statement/v1\nledger ".Length;
        bytes[origin] ^= 1;
        await File.WriteAllBytesAsync(database, bytes, Cancellation);

        var damaged = await RunAsync(1, "fsck", "--data", ledger.Data);
        Assert.Contains("damaged: ", damaged.Output, StringComparison.Ordinal);
        Assert.Contains("notary: error: ", damaged.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_ledger_is_an_error()
    {
        Assert.Contains("no such folder", (await RunAsync(2, "fsck", "--data", At("none"))).Error, StringComparison.Ordinal);
        Write("empty/notes.txt");
        await RunAsync(2, "fsck", "--data", At("empty"));
        Assert.False(File.Exists(At("empty/ledger.db")));
    }
}
