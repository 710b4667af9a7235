using Notary.Server;
using Xunit;

namespace Notary.Tests.Server;

public sealed class StoreSqliteTests : StoreContractTests
{
    private string Path => System.IO.Path.Combine(Folder, "ledger.db");

    protected override ILedgerStore Open() => SqliteStore.Open(Path);

    protected override void SetRoom(ILedgerStore store, bool hasRoom) =>
        ((SqliteStore)store).LimitPages(hasRoom ? 1_000_000 : 40);

    [Fact]
    public void A_commit_is_whole_in_a_copy_of_the_files_of_a_store_that_was_never_closed()
    {
        using var store = SqliteStore.Open(Path);
        var head = Append(store, Append(store, null, 10), 300);
        var copy = System.IO.Path.Combine(Folder, "copy.db");
        File.Copy(Path, copy);
        File.Copy(Path + "-wal", copy + "-wal");
        using var copied = SqliteStore.Open(copy);
        Assert.True(StoredHead.Same(head, copied.ReadHead()));
        Assert.Equal(310, copied.ReadEntries(0, 400, withRecords: true).Count);
    }

    [Fact]
    public void A_log_cut_anywhere_leaves_whole_appends()
    {
        using var store = SqliteStore.Open(Path);
        StoredHead? head = null;
        var sizes = new List<ulong> { 0 };
        for (var i = 0; i < 6; i++)
            sizes.Add((head = Append(store, head, 40)).Size);
        var log = File.ReadAllBytes(Path + "-wal");
        var copy = System.IO.Path.Combine(Folder, "cut.db");
        for (var length = 0; length <= log.Length; length += 1_500)
        {
            File.Copy(Path, copy, overwrite: true);
            File.WriteAllBytes(copy + "-wal", log[..length]);
            using (var cut = SqliteStore.Open(copy))
            {
                var size = cut.ReadHead()?.Size ?? 0;
                Assert.Contains(size, sizes);
                Assert.Equal((int)size, cut.ReadEntries(0, 1_000, withRecords: true).Count);
                Assert.Equal((int)size, cut.ReadDepositRows(default, 1_000).Count);
                Assert.Equal((int)size, cut.ReadAccountRows(null, 1_000).Count);
            }

            File.Delete(copy + "-wal");
        }
    }

    [Fact]
    public void The_log_stays_bounded_under_a_busy_writer_with_readers()
    {
        using var store = SqliteStore.Open(Path);
        StoredHead? head = null;
        long longest = 0;
        for (var i = 0; i < 60; i++)
        {
            var append = Make(head, 256, padding: 8_000);
            Assert.Equal(AppendOutcome.Appended, store.Append(append));
            head = append.Head;
            Assert.Single(store.ReadEntries(head.Size - 1, 1, withRecords: false));
            longest = Math.Max(longest, new FileInfo(Path + "-wal").Length);
        }

        // 120 MiB were written; whoever appends copies at 64 MiB, however slow the keeper is.
        Assert.InRange(longest, 1 << 20, 72 << 20);
        Assert.Equal((int)head!.Size, store.ReadEntries(0, 20_000, withRecords: false).Count);
    }

    [Fact]
    public void Nobody_else_may_read_the_files()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var store = SqliteStore.Open(Path);
        Append(store, null, 1);
        foreach (var file in new[] { Path, Path + "-wal", Path + "-shm" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void Another_programs_database_is_refused()
    {
        SqliteStore.Open(Path).Dispose();
        using (var database = SqliteDatabase.Open(Path, readOnly: false))
            database.Execute("PRAGMA application_id = 7");
        Assert.Contains("not a ledger's database", Assert.Throws<LedgerRefusedException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_format_is_refused()
    {
        SqliteStore.Open(Path).Dispose();
        using (var database = SqliteDatabase.Open(Path, readOnly: false))
            database.Execute("PRAGMA user_version = 2");
        Assert.Contains("format 2", Assert.Throws<LedgerRefusedException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_an_error_and_stays_as_it_is()
    {
        File.WriteAllText(Path, "these are not the bytes of a database, but somebody's notes, and longer than a header is");
        var before = File.ReadAllBytes(Path);
        Assert.Throws<StoreException>(Open);
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Fact]
    public void A_read_only_store_reads_beside_the_writer_and_refuses_to_append()
    {
        using var store = SqliteStore.Open(Path);
        var head = Append(store, null, 10);
        using var reader = SqliteStore.OpenReadOnly(Path);
        Assert.True(StoredHead.Same(head, reader.ReadHead()));
        head = Append(store, head, 10);
        Assert.True(StoredHead.Same(head, reader.ReadHead()));
        Assert.Throws<InvalidOperationException>(() => reader.Append(Make(head, 1)));
    }

    [Fact]
    public void A_store_that_only_reads_finds_every_deposit_while_another_appends()
    {
        using var store = SqliteStore.Open(Path);
        var head = Append(store, null, 10);
        using var reader = SqliteStore.OpenReadOnly(Path);
        for (var i = 0; i < 100; i++)
        {
            head = Append(store, head, 2_000);
            foreach (var wanted in new[] { 0, (int)head.Size / 2, (int)head.Size - 33_000, (int)head.Size - 1 })
                Assert.Equal(wanted < 0 ? null : (ulong)wanted, wanted < 0 ? null : reader.FindDeposit(Id(wanted)));
            Assert.Null(reader.FindDeposit(Id((int)head.Size)));
        }
    }

    [Theory]
    [InlineData("DELETE FROM recent WHERE first = 10", "uuids of entries from 20")]
    [InlineData("DELETE FROM recent WHERE first = 20", "uuids of entries from 20")]
    [InlineData("DELETE FROM recent", "uuids of entries from 0")]
    [InlineData("UPDATE recent SET uuids = substr(uuids, 1, 159) WHERE first = 10", "uuids of entries from 10")]
    [InlineData("INSERT INTO recent VALUES (30, zeroblob(16))", "uuids of entries from 31")]
    public void A_ledger_whose_recent_uuids_are_damaged_is_not_gone_on_with(string damage, string place)
    {
        using (var store = SqliteStore.Open(Path))
            Append(store, Append(store, Append(store, null, 10), 10), 10);
        using (var database = SqliteDatabase.Open(Path, readOnly: false))
            database.Execute(damage);
        Assert.Contains(place, Assert.Throws<LedgerRefusedException>(Open).Message, StringComparison.Ordinal);
        // Nothing of it has stayed open: nobody reads the database any more.
        SqliteFile.MakePlain(Path);
    }

    [Fact]
    public void Damage_come_across_in_the_midst_of_a_lookup_or_an_append_leaves_no_transaction_open()
    {
        using var store = SqliteStore.Open(Path);
        var head = Append(store, null, 10);
        using var other = SqliteDatabase.Open(Path, readOnly: false);
        other.Execute("UPDATE head SET size = 11");
        Assert.Throws<StoreDamagedException>(() => store.FindDeposits([Id(1)], new ulong?[1]));
        Assert.Throws<StoreDamagedException>(() => store.Append(Make(head with { Size = 11 }, 1)));
        other.Execute("UPDATE head SET size = 10, received = 9223372036854775807");
        Assert.Throws<StoreDamagedException>(() => store.FindDeposits([Id(1)], new ulong?[1]));
        Assert.Throws<StoreDamagedException>(() => store.Append(Make(head, 1)));
        other.Execute($"UPDATE head SET received = {head.Received.ToUnixTimeMilliseconds()}");
        Append(store, head, 5);
        // The log could be copied whole: nobody reads an old frame of it.
        Assert.Equal(0, other.QueryNumber("PRAGMA wal_checkpoint(TRUNCATE)"));
    }

    [Theory]
    [InlineData("entries")]
    [InlineData("records")]
    public void A_segment_that_cannot_be_taken_apart_says_where_and_the_rest_can_be_read(string column)
    {
        using (var store = SqliteStore.Open(Path))
            Append(store, Append(store, Append(store, null, 10), 10), 10);
        using (var database = SqliteDatabase.Open(Path, readOnly: false))
            database.Execute($"UPDATE segments SET {column} = substr({column}, 1, length({column}) - 1) WHERE first = 10");
        using var damaged = SqliteStore.Open(Path);
        var error = Assert.Throws<StoreDamagedException>(() => damaged.ReadEntries(0, 30, withRecords: true));
        Assert.Equal(20UL, error.Next);
        Assert.Equal(10, damaged.ReadEntries(0, 10, withRecords: true).Count);
        Assert.Equal(10, damaged.ReadEntries(error.Next, 30, withRecords: true).Count);
    }
}
