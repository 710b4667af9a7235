using System.Text;
using Notary.Core;
using Notary.Server;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>One kind of damage at a time, each to be named with its place; and ledgers without any.</summary>
public sealed class FsckTests : IAsyncDisposable
{
    private const int Entries = 600;

    private readonly LedgerHarness harness = new LedgerHarness().Open("ledger.example.org/main");
    private string? pristine;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => harness.DisposeAsync();

    [Fact]
    public async Task A_new_ledger_and_a_growing_one_are_whole_also_while_the_server_runs()
    {
        AssertWhole(1, 0);
        await harness.DepositManyAsync(300);
        AssertWhole(301, 300);
        using var stop = new CancellationTokenSource();
        var busy = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                    await harness.DepositManyAsync(40);
            },
            Cancellation);
        for (var i = 0; i < 5; i++)
            Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
        await stop.CancelAsync();
        await busy;
    }

    [Fact]
    public async Task A_free_page_that_was_damaged_is_found_while_nobody_has_the_folder_and_said_to_be_left_out_beside_a_server()
    {
        await FillAsync();
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
        {
            database.Execute("WITH RECURSIVE n(i) AS (VALUES (1000) UNION ALL SELECT i + 1 FROM n WHERE i < 1100) INSERT INTO tiles SELECT i, zeroblob(8192) FROM n");
            database.Execute("DELETE FROM tiles WHERE id >= 1000");
            database.QueryNumber("PRAGMA wal_checkpoint(TRUNCATE)");
        }

        Assert.True(Fsck.Run(harness.Data, null, null, Cancellation) is { IsWhole: true, WithPages: true });
        var bytes = await File.ReadAllBytesAsync(harness.Database, Cancellation);
        var firstFree = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(32));
        bytes.AsSpan((firstFree - 1) * 4_096, 4_096).Clear();
        await File.WriteAllBytesAsync(harness.Database, bytes, Cancellation);
        AssertFinds(FsckKind.Store, "pages");
        harness.Open();
        Assert.True(Fsck.Run(harness.Data, null, null, Cancellation) is { IsWhole: true, WithPages: false });
    }

    [Fact]
    public async Task It_tells_how_far_it_is_and_can_be_cancelled()
    {
        await harness.DepositManyAsync(2_500);
        var seen = new List<FsckProgress>();
        Fsck.Run(harness.Data, null, seen.Add, Cancellation);
        Assert.Equal(["entries", "uuid index", "account index"], seen.Select(progress => progress.Stage).Distinct());
        Assert.Contains(new FsckProgress("entries", 2_501, 2_501), seen);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Fsck.Run(harness.Data, null, _ => stop.Cancel(), stop.Token));
    }

    [Theory]
    [InlineData(FsckKind.Entry, "entry 293", "UPDATE segments SET entries = {flip 470 entries} WHERE first = 292")]
    [InlineData(FsckKind.Entry, "entries 512 to 600", "UPDATE segments SET entries = {flip 60 entries} WHERE first = 592")]
    [InlineData(FsckKind.Entry, "entries 22 to 31", "DELETE FROM segments WHERE first = 22")]
    [InlineData(FsckKind.Entry, "entries 592 to 600", "DELETE FROM segments WHERE first >= 592")]
    [InlineData(FsckKind.Entry, "segment of entries from 22", "UPDATE segments SET count = 9 WHERE first = 22")]
    [InlineData(FsckKind.Entry, "segment of entries from 22", "UPDATE segments SET entries = CAST(entries || 'x' AS BLOB) WHERE first = 22")]
    [InlineData(FsckKind.Entry, "segment of entries from 22", "UPDATE segments SET records = entries WHERE first = 22")]
    [InlineData(FsckKind.Entry, "entry 700", "INSERT INTO segments SELECT 700, count, entries, records FROM segments WHERE first = 592")]
    [InlineData(FsckKind.Entry, "entry 25", "INSERT INTO segments SELECT 25, 1, x'000178', x'00000000'")]
    [InlineData(FsckKind.Record, "records of entry 22", "UPDATE segments SET records = {flip 100 records} WHERE first = 22")]
    [InlineData(FsckKind.Record, "records of entry 22", "UPDATE segments SET records = {flip 400 records} WHERE first = 22")]
    [InlineData(FsckKind.Record, "records of entry 0", "UPDATE segments SET records = x'0001780000' WHERE first = 0")]
    [InlineData(FsckKind.Tile, "tile/0/001", "UPDATE tiles SET hashes = {flip 3000 hashes} WHERE id = 1")]
    [InlineData(FsckKind.Tile, "tile/0/000", "DELETE FROM tiles WHERE id = 0")]
    [InlineData(FsckKind.Tile, "tile/0/000", "UPDATE tiles SET hashes = substr(hashes, 1, 8191) WHERE id = 0")]
    [InlineData(FsckKind.Tile, "tile/0/002", "INSERT INTO tiles SELECT 2, hashes FROM tiles WHERE id = 1")]
    [InlineData(FsckKind.Tile, "tile/3/000", "INSERT INTO tiles SELECT 3 << 56, hashes FROM tiles WHERE id = 1")]
    [InlineData(FsckKind.DepositIndex, "uuid of entry 22", "DELETE FROM recent WHERE first = 22")]
    [InlineData(FsckKind.DepositIndex, "uuid of entry 25", "UPDATE recent SET uuids = {flip 50 uuids} WHERE first = 22")]
    [InlineData(FsckKind.DepositIndex, "uuid of entry 31", "UPDATE recent SET uuids = substr(uuids, 1, 159) WHERE first = 22")]
    [InlineData(FsckKind.DepositIndex, "uuid of entry 592", "UPDATE recent SET first = 593 WHERE first = 592")]
    [InlineData(FsckKind.DepositIndex, "uuid that leads to entry 77", "INSERT INTO deposits VALUES (x'00', 77)")]
    [InlineData(FsckKind.DepositIndex, "uuid index, row of entry 601", "INSERT INTO deposits VALUES (x'00', 601)")]
    [InlineData(FsckKind.DepositIndex, "uuid index, row of entry 601", "INSERT INTO recent VALUES (601, x'019AA000000070008000000000000000')")]
    [InlineData(FsckKind.AccountIndex, "account of entry 22", "DELETE FROM accounts WHERE first = 22")]
    [InlineData(FsckKind.AccountIndex, "account of entry 25", "UPDATE accounts SET entries = x'00010204050607080900' WHERE first = 22")]
    [InlineData(FsckKind.AccountIndex, "account of entry 22", "UPDATE accounts SET account = 'other' WHERE first = 22")]
    [InlineData(FsckKind.AccountIndex, "account that lists entry 77", "INSERT INTO accounts VALUES ('other', 77, x'00')")]
    [InlineData(FsckKind.AccountIndex, "account index, row of entry 601", "INSERT INTO accounts VALUES ('other', 601, x'00')")]
    [InlineData(FsckKind.AccountIndex, "account's entries from 1", "INSERT INTO accounts VALUES ('local', -1, x'00')")]
    [InlineData(FsckKind.Store, "account index", "INSERT INTO accounts VALUES ('', -300, x'00')")]
    [InlineData(FsckKind.Store, "uuid index", "INSERT INTO deposits VALUES (x'', 77)")]
    [InlineData(FsckKind.Store, "recent uuids", "INSERT INTO recent SELECT -5, uuids FROM recent WHERE first = 592")]
    [InlineData(FsckKind.Store, "segments", "INSERT INTO segments SELECT -5, count, entries, records FROM segments WHERE first = 592")]
    [InlineData(FsckKind.Store, "tiles", "INSERT INTO tiles SELECT -1, hashes FROM tiles WHERE id = 1")]
    [InlineData(FsckKind.Store, "tiles", "INSERT INTO tiles SELECT -1 << 56, hashes FROM tiles WHERE id = 1")]
    [InlineData(FsckKind.Store, "tiles", "INSERT INTO tiles SELECT -9223372036854775808, hashes FROM tiles WHERE id = 1")]
    [InlineData(FsckKind.Head, "head", "DELETE FROM head")]
    [InlineData(FsckKind.Head, "head", "UPDATE head SET size = 600")]
    [InlineData(FsckKind.Head, "head", "UPDATE head SET received = received + 1")]
    [InlineData(FsckKind.Head, "head", "UPDATE head SET checkpoint = {flip 180 checkpoint}")]
    [InlineData(FsckKind.Head, "head", "UPDATE head SET checkpoint = x'FF'")]
    public async Task Each_kind_of_damage_is_named_with_its_place(FsckKind kind, string place, string damage)
    {
        await FillAsync();
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
            database.Execute(Flips(damage));
        AssertFinds(kind, place);
    }

    [Fact]
    public async Task One_changed_byte_anywhere_in_the_stored_texts_is_found()
    {
        await FillAsync();
        var random = new Random(1);
        foreach (var (table, column) in new[] { ("segments", "entries"), ("segments", "records"), ("tiles", "hashes"), ("head", "checkpoint"), ("recent", "uuids") })
        {
            for (var i = 0; i < 12; i++)
            {
                using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
                {
                    var row = random.Next((int)database.QueryNumber($"SELECT count(*) FROM {table}"));
                    var length = database.QueryNumber($"SELECT length({column}) FROM {table} LIMIT 1 OFFSET {row}");
                    var at = random.Next((int)length) + 1;
                    database.Execute($"""
                        UPDATE {table} SET {column} = {LedgerHarness.Flip(at, column)}
                        WHERE rowid = (SELECT rowid FROM {table} LIMIT 1 OFFSET {row})
                        """);
                }

                var report = Fsck.Run(harness.Data, null, null, Cancellation);
                Assert.NotEmpty(report.Findings);
                File.Copy(pristine!, harness.Database, overwrite: true);
            }
        }
    }

    [Fact]
    public async Task Damage_of_key_and_mark_is_named()
    {
        await FillAsync();
        var (key, mark) = (harness.Keep(harness.KeyFile), harness.Keep(harness.Mark));
        AssertFile(FsckKind.Key, harness.KeyFile, key, () => File.Delete(harness.KeyFile));
        AssertFile(FsckKind.Key, harness.KeyFile, key, () => File.WriteAllText(harness.KeyFile, "no key"));
        AssertFile(FsckKind.Key, harness.KeyFile, key, () => File.WriteAllText(
            harness.KeyFile, SigningKey.Create("ledger.example.org/main", new byte[32]).ToSecretString()));
        if (!OperatingSystem.IsWindows())
            AssertFile(FsckKind.Key, harness.KeyFile, key, ShareKey);
        AssertFile(FsckKind.Mark, harness.Mark, mark, () => File.Delete(harness.Mark));
        AssertFile(FsckKind.Mark, harness.Mark, mark, () => File.WriteAllText(harness.Mark, "no mark"));
        AssertFile(FsckKind.Mark, harness.Mark, mark, () => WriteMark("ledger.example.org/main", 602, Hash.Of([])));
        AssertFile(FsckKind.Mark, harness.Mark, mark, () => WriteMark("ledger.example.org/main", 600, Hash.Of([])));
        AssertFile(FsckKind.Mark, harness.Mark, mark, () => WriteMark("ledger.example.org/other", 600, Hash.Of([])));
    }

    [Theory]
    [InlineData("time", "was received before")]
    [InlineData("after", "names another root")]
    [InlineData("late", "says that it came after")]
    [InlineData("ledger", "is of the ledger")]
    [InlineData("uuid", "repeats the uuid of entry 3")]
    [InlineData("text", "no text of the notary formats")]
    public async Task What_an_operator_must_not_sign_is_named(string misconduct, string problem)
    {
        await harness.DepositManyAsync(10);
        harness.Store!.Inner.Append(Misconduct(misconduct));
        await harness.CloseAsync();
        var finding = Assert.Single(Fsck.Run(harness.Data, null, null, Cancellation).Findings, finding => finding.Kind == FsckKind.Entry);
        Assert.Equal("entry 11", finding.Place);
        Assert.Contains(problem, finding.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_and_account_rows_that_were_erased_together_are_no_damage()
    {
        await FillAsync();
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
        {
            database.Execute("UPDATE segments SET records = zeroblob(4 * count) WHERE first = 22");
            database.Execute("DELETE FROM accounts WHERE first = 22");
        }

        var report = Fsck.Run(harness.Data, null, null, Cancellation);
        Assert.Empty(report.Findings);
        Assert.Equal(10UL, report.Erased);
    }

    [Fact]
    public void A_folder_without_a_ledger_is_an_error_and_nothing_is_made_in_it()
    {
        var empty = Directory.CreateDirectory(Path.Combine(harness.Data, "empty")).FullName;
        Assert.Throws<LedgerRefusedException>(() => Fsck.Run(empty, null, null, Cancellation));
        Assert.Empty(Directory.GetFileSystemEntries(empty));
    }

    /// <summary>
    /// 600 deposits in known batches: one, then tens, so that segments begin at 0, 1, 2, 12, 22 and so on, and at 256.
    /// </summary>
    private async Task FillAsync()
    {
        await harness.CloseAsync();
        harness.Open(batch: 10);
        using var gate = new Gate();
        harness.Store!.OnAppend = append =>
        {
            gate.Pass();
            return harness.Store.Inner.Append(append);
        };
        var first = harness.DepositAsync();
        await gate.EnteredAsync(Cancellation);
        var rest = harness.DepositManyAsync(Entries - 1);
        harness.Store.OnAppend = null;
        gate.Allow();
        await Task.WhenAll(first, rest);
        await harness.CloseAsync();
        pristine = harness.Keep(harness.Database);
        AssertWhole(Entries + 1, Entries);
    }

    private LedgerAppend Misconduct(string misconduct)
    {
        var store = harness.Store!.Inner;
        var head = new HeadLoader(store, new TreeReader(store, new TileCache(16)), harness.Ledger.Key).Load()!;
        var last = Statement.Parse(Encoding.UTF8.GetString(harness.Entries()[10]));
        var third = Statement.Parse(Encoding.UTF8.GetString(harness.Entries()[3]));
        var statement = last with { Deposit = StoreContractTests.Id(9_999), AfterSize = head.Size, AfterRoot = head.Root };
        statement = misconduct switch
        {
            "time" => statement with { Received = last.Received.AddMilliseconds(-1) },
            "after" => statement with { AfterSize = 5 },
            "late" => statement with { AfterSize = 12 },
            "ledger" => statement with { Ledger = "ledger.example.org/other" },
            "uuid" => statement with { Deposit = third.Deposit },
            _ => statement,
        };
        var text = misconduct == "text" ? "anything else\n" : statement.ToText();
        var id = misconduct is "uuid" or "text" ? (DepositId?)null : statement.Deposit;
        var entry = new NewEntry(Encoding.UTF8.GetBytes(text), default, default, id, null);
        var key = SigningKey.Parse(File.ReadAllText(harness.KeyFile).TrimEnd());
        return new LedgerBatch(head, [entry], last.Received, key).Append;
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private void ShareKey() => File.SetUnixFileMode(harness.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

    private void WriteMark(string origin, ulong size, Hash root)
    {
        File.Delete(harness.Mark);
        HighWaterMark.Create(harness.Mark);
        using var mark = HighWaterMark.Open(harness.Mark);
        var key = SigningKey.Create(origin, new byte[32]);
        mark.Write(Encoding.UTF8.GetBytes(SignedNote.Sign(new Checkpoint(origin, size, root).ToText(), key).ToString()));
    }

    private void AssertFile(FsckKind kind, string path, string copy, Action damage)
    {
        damage();
        AssertFinds(kind, path);
        File.Copy(copy, path, overwrite: true);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
    }

    private void AssertFinds(FsckKind kind, string place)
    {
        var findings = Fsck.Run(harness.Data, null, null, Cancellation).Findings;
        Assert.Contains((kind, place), findings.Select(finding => (finding.Kind, finding.Place)));
    }

    private void AssertWhole(ulong size, ulong deposits)
    {
        var report = Fsck.Run(harness.Data, null, null, Cancellation);
        Assert.Empty(report.Findings);
        Assert.Equal(("ledger.example.org/main", size, deposits, 0UL), (report.Origin, report.Size, report.Deposits, report.Erased));
    }

    /// <summary>Replaces <c>{flip n column}</c> by the column with its n-th byte changed.</summary>
    internal static string Flips(string sql)
    {
        var start = sql.IndexOf("{flip ", StringComparison.Ordinal);
        if (start < 0)
            return sql;
        var end = sql.IndexOf('}', start);
        var words = sql[(start + 6)..end].Split(' ');
        return sql[..start] + LedgerHarness.Flip(int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture), words[1]) + sql[(end + 1)..];
    }
}
