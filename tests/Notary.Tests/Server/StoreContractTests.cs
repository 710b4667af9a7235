using System.Text;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>
/// What <see cref="ILedgerStore"/> promises, for every store to be held to. The bytes in here are not a ledger's: a store
/// verifies nothing.
/// </summary>
public abstract class StoreContractTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    internal string Folder => folder.Path;

    /// <summary>Opens the store of the test's folder, empty the first time.</summary>
    protected abstract ILedgerStore Open();

    /// <summary>Makes the open store find no room for more than a few further kilobytes, or gives the room back.</summary>
    protected abstract void SetRoom(ILedgerStore store, bool hasRoom);

    public void Dispose()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void An_empty_store_has_nothing()
    {
        using var store = Open();
        Assert.Null(store.ReadHead());
        Assert.Empty(store.ReadEntries(0, 10, withRecords: true));
        Assert.Null(store.ReadTile(0, 0));
        Assert.Null(store.FindDeposit(Id(1)));
        Assert.Empty(store.ListAccount("local", long.MaxValue, 10));
        Assert.Empty(store.ReadDepositRows(default, 10));
        Assert.Empty(store.ReadAccountRows(null, 10));
        Assert.Empty(store.ReadTileRows(null, 10));
    }

    [Fact]
    public void What_was_appended_is_there_after_reopening()
    {
        StoredHead head;
        using (var store = Open())
        {
            head = Append(store, null, 1);
            head = Append(store, head, 254);
            head = Append(store, head, 2);
            head = Append(store, head, 600, new NewTile(0, 0, Tile(1)), new NewTile(1, 7, Tile(2)));
        }

        using var reopened = Open();
        Assert.True(StoredHead.Same(head, reopened.ReadHead()));
        Assert.Equal(head.Received, reopened.ReadHead()!.Received);
        for (var first = 0UL; first < head.Size; first += 100)
            AssertEntries(reopened, first, 300, head.Size);
        Assert.Equal(Tile(1), reopened.ReadTile(0, 0));
        Assert.Equal(Tile(2), reopened.ReadTile(1, 7));
        Assert.Null(reopened.ReadTile(0, 1));
        Assert.Equal([new TileRow(0, 0), new TileRow(1, 7)], reopened.ReadTileRows(null, 10));
        Assert.Equal([new TileRow(1, 7)], reopened.ReadTileRows(new TileRow(0, 0), 10));
    }

    [Fact]
    public void Every_entry_can_be_read_alone_with_and_without_its_records()
    {
        using var store = Open();
        var head = Append(store, Append(store, Append(store, null, 3), 255), 260);
        for (var index = 0UL; index < head.Size; index++)
        {
            AssertEntries(store, index, 1, head.Size);
            var bare = Assert.Single(store.ReadEntries(index, 1, withRecords: false));
            Assert.Equal(Entry(index), Text(bare.Entry));
            Assert.True(bare.Claims.IsEmpty && bare.Request.IsEmpty);
        }

        Assert.Empty(store.ReadEntries(head.Size, 1, withRecords: true));
    }

    [Fact]
    public void An_append_on_another_head_conflicts_and_writes_nothing()
    {
        using var store = Open();
        var first = Append(store, null, 5);
        var second = Append(store, first, 5);
        foreach (var stale in new[] { null, first, second with { Checkpoint = "other"u8.ToArray() }, second with { Size = 11 } })
            Assert.Equal(AppendOutcome.Conflict, store.Append(Make(stale, 3)));
        Assert.True(StoredHead.Same(second, store.ReadHead()));
        Assert.Empty(store.ReadEntries(second.Size, 10, withRecords: true));
        Assert.Equal(10, store.ReadDepositRows(default, 100).Count);
        Append(store, second, 3);
    }

    [Fact]
    public void Deposits_are_found_by_uuid_one_by_one_and_in_batches()
    {
        using var store = Open();
        Append(store, Append(store, null, 300), 300);
        Assert.Equal(299UL, store.FindDeposit(Id(299)));
        Assert.Equal(300UL, store.FindDeposit(Id(300)));
        Assert.Null(store.FindDeposit(Id(600)));
        DepositId[] wanted = [Id(600), Id(599), Id(0), Id(601), Id(0)];
        var found = new ulong?[wanted.Length];
        store.FindDeposits(wanted, found);
        Assert.Equal([null, 599, 0, null, 0], found);
    }

    [Fact]
    public void However_many_there_are_each_deposit_is_found_and_listed_once()
    {
        const int Total = 150_000;
        var random = new Random(7);
        StoredHead? head = null;
        var store = Open();
        while ((head?.Size ?? 0) < Total)
        {
            var count = random.Next(1, 2_000);
            head = Append(store, head, count);
            if (random.Next(20) == 0)
            {
                store.Dispose();
                store = Open();
            }

            var wanted = Enumerable.Range(0, 20).Select(_ => random.Next((int)head.Size + 10)).ToArray();
            var found = new ulong?[wanted.Length];
            store.FindDeposits([.. wanted.Select(Id)], found);
            for (var i = 0; i < wanted.Length; i++)
            {
                Assert.Equal(wanted[i] < (int)head.Size ? (ulong)wanted[i] : null, found[i]);
                Assert.Equal(found[i], store.FindDeposit(Id(wanted[i])));
            }
        }

        ulong next = 0;
        var last = ReadOnlyMemory<byte>.Empty;
        while (store.ReadDepositRows(last, 4_000) is { Count: > 0 } page)
        {
            foreach (var row in page)
                Assert.Equal(next++, row.Entry);
            last = page[^1].Deposit;
        }

        Assert.Equal(head!.Size, next);
        var taken = Make(head, 1);
        ((NewEntry[])taken.Entries)[0] = taken.Entries[0] with { Deposit = Id(5) };
        Assert.Throws<StoreException>(() => store.Append(taken));
        store.Dispose();
    }

    [Fact]
    public void An_account_lists_its_own_entries_newest_first()
    {
        using var store = Open();
        Append(store, Append(store, null, 10, account: "a"), 10, account: "b");
        Assert.Equal([9UL, 8UL, 7UL], store.ListAccount("a", 20, 3));
        Assert.Equal([6UL, 5UL, 4UL], store.ListAccount("a", 7, 3));
        Assert.Equal([10UL], store.ListAccount("b", 11, 3));
        Assert.Empty(store.ListAccount("b", 10, 3));
        Assert.Empty(store.ListAccount("c", ulong.MaxValue, 3));
    }

    [Fact]
    public void Index_rows_are_read_page_by_page_in_order()
    {
        using var store = Open();
        Append(store, Append(store, Append(store, null, 5, account: "b"), 5, account: "a"), 300, account: "c");
        var deposits = new List<DepositRow>();
        while (store.ReadDepositRows(deposits.Count == 0 ? default : deposits[^1].Deposit, 3) is { Count: > 0 } page)
            deposits.AddRange(page);
        Assert.Equal(Enumerable.Range(0, 310).Select(i => (ulong)i), deposits.Select(row => row.Entry));
        Assert.Equal(Id(3).ToBytes(), deposits[3].Deposit.ToArray());
        var accounts = new List<AccountRow>();
        while (store.ReadAccountRows(accounts.Count == 0 ? null : accounts[^1], 3) is { Count: > 0 } page)
            accounts.AddRange(page);
        Assert.Equal([5, 6, 7, 8, 9, 0, 1, 2, 3, 4, .. Enumerable.Range(10, 300).Select(i => (ulong)i)], accounts.Select(row => row.Entry));
    }

    [Fact]
    public void Without_room_nothing_is_written_and_with_room_again_the_same_append_succeeds()
    {
        using var store = Open();
        var head = Append(store, null, 10);
        SetRoom(store, hasRoom: false);
        var large = Make(head, 300, padding: 30_000);
        Assert.Equal(AppendOutcome.NoRoom, store.Append(large));
        Assert.Equal(AppendOutcome.NoRoom, store.Append(large));
        Assert.True(StoredHead.Same(head, store.ReadHead()));
        Assert.Empty(store.ReadEntries(10, 1, withRecords: false));
        Assert.Null(store.FindDeposit(Id(10)));
        SetRoom(store, hasRoom: true);
        Assert.Equal(AppendOutcome.Appended, store.Append(large));
        Assert.Equal(310UL, store.ReadHead()!.Size);
    }

    [Fact]
    public void A_uuid_that_is_taken_fails_the_whole_append()
    {
        using var store = Open();
        var head = Append(store, null, 10);
        var append = Make(head, 5);
        ((NewEntry[])append.Entries)[3] = append.Entries[3] with { Deposit = Id(2) };
        Assert.Throws<StoreException>(() => store.Append(append));
        Assert.True(StoredHead.Same(head, store.ReadHead()));
        Assert.Empty(store.ReadEntries(10, 1, withRecords: false));
        Append(store, head, 5);
    }

    [Fact]
    public async Task Readers_beside_a_writer_see_whole_appends_only()
    {
        using var store = Open();
        var head = Append(store, null, 1);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                // Appends are of 7 entries: an entry that is there has all its neighbours.
                var size = store.ReadHead()!.Size;
                Assert.Equal(1UL, size % 7);
                Assert.Equal(Entry(size - 1), Text(Assert.Single(store.ReadEntries(size - 1, 1, withRecords: true)).Entry));
                Assert.Equal(size - 1, store.FindDeposit(Id((int)size - 1)));
                Assert.Equal(0, store.ReadEntries(size, 700, withRecords: false).Count % 7);
            }
        })).ToArray();
        for (var i = 0; i < 60; i++)
            head = Append(store, head, 7);
        await done.CancelAsync();
        await Task.WhenAll(readers);
    }

    internal static StoredHead Append(ILedgerStore store, StoredHead? head, int count, params NewTile[] tiles) =>
        Append(store, head, count, "local", tiles);

    internal static StoredHead Append(ILedgerStore store, StoredHead? head, int count, string account, params NewTile[] tiles)
    {
        var append = Make(head, count, account) with { Tiles = tiles };
        Assert.Equal(AppendOutcome.Appended, store.Append(append));
        return append.Head;
    }

    internal static LedgerAppend Make(StoredHead? head, int count, string account = "local", int padding = 0)
    {
        var first = head?.Size ?? 0;
        var entries = new NewEntry[count];
        for (var i = 0; i < count; i++)
        {
            var index = first + (ulong)i;
            entries[i] = new NewEntry(
                Encoding.UTF8.GetBytes(Entry(index) + new string('.', padding)),
                Encoding.UTF8.GetBytes($"claims {index}"),
                Encoding.UTF8.GetBytes(index % 3 == 0 ? "" : $"request {index}"),
                Id((int)index),
                account);
        }

        var size = first + (ulong)count;
        return new LedgerAppend(
            head, entries, [], new StoredHead(size, Encoding.UTF8.GetBytes($"checkpoint {size}"), Received(size)));
    }

    internal static DepositId Id(int number)
    {
        Span<byte> random = stackalloc byte[DepositId.RandomBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(random[6..], number);
        return DepositId.Create(Received((ulong)number), random);
    }

    /// <summary>A minute has 20,000 entries, and their uuids are of that minute, as those of a busy ledger are.</summary>
    private static DateTimeOffset Received(ulong number) => DateTimeOffset.UnixEpoch.AddYears(50).AddMilliseconds(3 * (double)number);

    private static void AssertEntries(ILedgerStore store, ulong first, int count, ulong size)
    {
        var entries = store.ReadEntries(first, count, withRecords: true);
        Assert.Equal((int)Math.Min((ulong)count, size - first), entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            var index = first + (ulong)i;
            Assert.Equal(index, entries[i].Index);
            Assert.Equal(Entry(index), Text(entries[i].Entry));
            Assert.Equal($"claims {index}", Text(entries[i].Claims));
            Assert.Equal(index % 3 == 0 ? "" : $"request {index}", Text(entries[i].Request));
        }
    }

    private static string Entry(ulong index) => $"entry {index}";

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static byte[] Tile(byte fill) => [.. Enumerable.Repeat(fill, TileId.FullWidth * Hash.Size)];
}
