using System.Text;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Ledgers with clock records: kept, copied, recovered and checked like deposits, their logs like private records.</summary>
public sealed class ClockRecordTests : IAsyncDisposable
{
    private const string Origin = LedgerFolders.Origin;

    private readonly LedgerFolders folders = new();
    private readonly LedgerHarness harness = new LedgerHarness().Open(Origin);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        folders.Dispose();
        await harness.DisposeAsync();
    }

    [Fact]
    public async Task Backup_restore_and_recovery_from_a_folder_keep_record_and_log()
    {
        await GrowAsync("data", 1);
        folders.Backup("data", "backup");
        folders.CopyMark("data", "restored");
        Assert.False(folders.Restore("backup", "restored", "data/ledger.key").IsOlder);
        folders.CheckWhole("restored");
        Assert.Equal(Records("data"), Records("restored"));

        await GrowAsync("data", 2);
        folders.CopyMark("data", "restored");
        folders.AssertServerRefuses("restored", "older", "recover");
        Assert.Equal(0UL, (await folders.RecoverAsync("restored", "data")).Lost);
        folders.CheckWhole("restored");
        Assert.Equal([.. Log(1), .. Log(2)], Records("restored").Select(record => record.Log));
        await using var ledger = folders.Open("restored");
        Assert.Equal(folders.Acknowledged.Count, folders.CheckCertificates(ledger));
    }

    [Fact]
    public async Task A_public_copy_brings_back_the_record_and_no_log_and_that_is_no_damage()
    {
        await GrowAsync("data", 1);
        folders.Copy("data", "older");
        await GrowAsync("data", 2);
        folders.CopyMark("data", "older");
        await folders.ExportAsync("data", "web");

        // Counted are those whose deposits lost something.
        Assert.Equal(3UL, (await folders.RecoverAsync("older", "web")).Lost);

        Assert.Equal(3UL, folders.CheckWhole("older").Lost);
        Assert.Equal(Records("data").Select(record => record.Text), Records("older").Select(record => record.Text));
        Assert.Equal([.. Log(1), ""], Records("older").Select(record => record.Log));
        await GrowAsync("older", 3);
        folders.Backup("older", "backup");
        folders.CopyMark("older", "restored");
        Assert.Equal(3UL, folders.Restore("backup", "restored", "data/ledger.key").Check.Lost);
        Assert.Equal([.. Log(1), "", .. Log(3)], Records("restored").Select(record => record.Log));
    }

    [Theory]
    [InlineData("Append", false, false)]
    [InlineData("Append", true, true)]
    [InlineData("WriteMark", false, true)]
    [InlineData("WriteMark", true, true)]
    public async Task A_crash_around_a_record_leaves_it_whole_or_not_at_all(string step, bool isAfter, bool isThere)
    {
        await harness.DepositManyAsync(3);
        harness.AtStep = (at, when) =>
        {
            if ($"{at}" == step && (when == StepMoment.After) == isAfter)
                throw new InvalidOperationException("the power is gone");
        };
        Assert.False(await RecordAsync(harness.Ledger, ClockState.Degraded, "one"));
        harness.AtStep = null;

        await harness.ReopenAsync();
        Assert.Equal(isThere, Entry.IsClockRecord(harness.Entries()[^1]));
        Assert.True(await RecordAsync(harness.Ledger, ClockState.Synchronised, "two"));
        await harness.DepositAsync();
        await harness.CloseAsync();
        Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
    }

    [Fact]
    public async Task A_record_for_which_there_is_no_room_is_written_when_there_is()
    {
        harness.Store!.OnAppend = _ => AppendOutcome.NoRoom;
        Assert.False(await RecordAsync(harness.Ledger, ClockState.Degraded, "one"));
        harness.Store.OnAppend = null;
        Assert.True(await RecordAsync(harness.Ledger, ClockState.Degraded, "one"));
    }

    [Theory]
    [InlineData(FsckKind.Record, "records of entry 4", "hold another clock log", "UPDATE segments SET records = {flip 30 records} WHERE first = 4")]
    [InlineData(FsckKind.Record, "records of entry 4", "hold another clock log", "UPDATE segments SET records = zeroblob(4) WHERE first = 4")]
    [InlineData(FsckKind.Record, "records of entry 4", "hold another clock log", "UPDATE segments SET records = (SELECT records FROM segments WHERE first = 6) WHERE first = 4")]
    [InlineData(FsckKind.Entry, "entries 0 to 8", "do not hash to the signed root", "UPDATE segments SET entries = {flip 190 entries} WHERE first = 4")]
    [InlineData(FsckKind.Entry, "entry 4", "notary.clock/v1: ledger: is not 1 to 255", "UPDATE segments SET entries = {flip 45 entries} WHERE first = 4")]
    [InlineData(FsckKind.Entry, "entries 4 to 5", "is missing", "DELETE FROM segments WHERE first IN (4, 5)")]
    [InlineData(FsckKind.DepositIndex, "uuid that leads to entry 4", "", "INSERT INTO deposits VALUES (x'00', 4)")]
    [InlineData(FsckKind.AccountIndex, "account that lists entry 4", "", "INSERT INTO accounts VALUES ('other', 4, x'00')")]
    public async Task Damage_of_a_record_or_its_log_is_named(FsckKind kind, string place, string words, string damage)
    {
        await FillAsync();
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
            database.Execute(FsckTests.Flips(damage));

        var findings = Fsck.Run(harness.Data, null, null, Cancellation).Findings;
        Assert.Contains(findings, finding => (finding.Kind, finding.Place) == (kind, place) && finding.Problem.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_byte_of_the_log_counts()
    {
        await FillAsync();
        var pristine = harness.Keep(harness.Database);
        long length;
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: true))
            length = database.QueryNumber("SELECT length(records) FROM segments WHERE first = 4");
        for (var at = 1; at <= length; at++)
        {
            using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
                database.Execute($"UPDATE segments SET records = {LedgerHarness.Flip(at, "records")} WHERE first = 4");
            Assert.NotEmpty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
            File.Copy(pristine, harness.Database, overwrite: true);
        }
    }

    [Theory]
    [InlineData("ledger", "is of the ledger ledger.example.org/other")]
    [InlineData("time", "was received before the entry before it")]
    [InlineData("state", "state")]
    [InlineData("bound", "bound")]
    public async Task A_record_that_an_operator_must_not_sign_is_named(string misconduct, string problem)
    {
        await FillAsync();
        harness.Open();
        var head = new HeadLoader(harness.Store!.Inner, new TreeReader(harness.Store.Inner, new TileCache(16)), harness.Ledger.Key).Load()!;
        var record = new ClockRecord(Origin, head.Stored.Received, ClockState.Degraded, null, Hash.Of("log"u8));
        var text = misconduct switch
        {
            "ledger" => (record with { Ledger = "ledger.example.org/other" }).ToText(),
            "time" => (record with { At = record.At.AddMilliseconds(-1) }).ToText(),
            "state" => record.ToText().Replace("degraded", "good", StringComparison.Ordinal),
            _ => record.ToText().Replace("unknown", "12s", StringComparison.Ordinal),
        };
        var entry = new NewEntry(Encoding.UTF8.GetBytes(text), default, "log"u8.ToArray(), null, null);
        harness.Store.Inner.Append(new LedgerBatch(head, [entry], head.Stored.Received, SigningKey.Parse((await File.ReadAllTextAsync(harness.KeyFile, Cancellation)).TrimEnd())).Append);
        await harness.CloseAsync();

        var finding = Assert.Single(Fsck.Run(harness.Data, null, null, Cancellation).Findings, finding => finding.Kind == FsckKind.Entry);
        Assert.Equal("entry 9", finding.Place);
        Assert.Contains(problem, finding.Problem, StringComparison.Ordinal);
    }

    private static Task<bool> RecordAsync(Ledger ledger, ClockState state, string log) =>
        ledger.RecordClockAsync(new ClockObservation(state, state == ClockState.Synchronised ? 12UL : null, Encoding.UTF8.GetBytes(log)));

    private static string[] Log(int number) => [$"notary.clock-log/v1\nledger {Origin}\nlog {number}\n"];

    /// <summary>Three deposits around a record.</summary>
    private async Task GrowAsync(string data, int number)
    {
        await folders.GrowAsync(data, 1);
        await using var ledger = folders.Open(data);
        Assert.True(await RecordAsync(ledger, ClockState.Synchronised, Log(number)[0]));
        await folders.DepositAsync(ledger, 2);
    }

    /// <summary>Entries 1 to 3 and 5, 7, 8 are deposits; 4 and 6 are records, each alone in its segment.</summary>
    private async Task FillAsync()
    {
        for (var i = 0; i < 3; i++)
            await harness.DepositAsync();
        Assert.True(await RecordAsync(harness.Ledger, ClockState.Degraded, Log(1)[0]));
        await harness.DepositAsync();
        Assert.True(await RecordAsync(harness.Ledger, ClockState.Synchronised, Log(2)[0]));
        await harness.DepositAsync();
        await harness.DepositAsync();
        await harness.CloseAsync();
        Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
    }

    private List<(string Text, string Log)> Records(string data)
    {
        using var store = LedgerStores.OpenReadOnly(folders.Database(data));
        return
        [
            .. store.ReadEntries(0, 100, withRecords: true).Where(entry => Entry.IsClockRecord(entry.Entry.Span))
                .Select(entry => (Encoding.UTF8.GetString(entry.Entry.Span), Encoding.UTF8.GetString(entry.Request.Span))),
        ];
    }
}
