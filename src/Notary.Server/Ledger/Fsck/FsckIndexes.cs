using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The other direction: no index row and no tile without an entry. Every entry has been looked up in both indexes, and a
/// row's key is unique, so rows that are as many as the entries are the entries' own; only when there are more is each
/// row's entry read. Rows of entries that a running server appended meanwhile are counted out.
/// </summary>
internal sealed class FsckIndexes(ILedgerStore store, FsckFindings findings, ulong size, Action<FsckProgress>? progress)
{
    private const int PageSize = 4_096;

    public void CheckDeposits(ulong expected, CancellationToken cancellation)
    {
        var rows = Count("uuid index", expected, DepositRows(cancellation), row => row.Entry);
        if (rows <= expected)
            return;
        foreach (var row in DepositRows(cancellation))
        {
            if (row.Entry < size && !IsDeposit(row))
                findings.Add(FsckKind.DepositIndex, $"uuid that leads to entry {row.Entry}", "is not that entry's");
        }
    }

    public void CheckAccounts(ulong expected, CancellationToken cancellation)
    {
        try
        {
            CompareAccounts(expected, cancellation);
        }
        catch (StoreDamagedException e)
        {
            findings.Add(FsckKind.AccountIndex, e.Place, e.Problem);
        }
    }

    /// <summary>Tiles that the tree does not have: every one that it has was compared already.</summary>
    public void CheckTiles(CancellationToken cancellation)
    {
        TileRow? after = null;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = store.ReadTileRows(after, PageSize);
            if (page.Count == 0)
                return;
            var now = NewestSize();
            foreach (var tile in page)
            {
                if (!new TileId(tile.Level, tile.Number, TileId.FullWidth).ExistsIn(now))
                    findings.Add(FsckKind.Tile, new TileId(tile.Level, tile.Number, TileId.FullWidth).ToString(), "is beyond the tree");
            }

            after = page[^1];
        }
    }

    /// <summary>Entries that no checkpoint covers.</summary>
    public void CheckBeyond()
    {
        IReadOnlyList<StoredEntry> beyond;
        try
        {
            beyond = store.ReadEntries(size, 1, withRecords: false);
        }
        catch (StoreDamagedException e)
        {
            findings.Add(FsckKind.Entry, e.Place, e.Problem);
            return;
        }

        // Read in this order: an entry that a running server has just appended is below the head that is read after it.
        if (beyond.Count > 0 && beyond[0].Index >= NewestSize())
            findings.Entry(beyond[0].Index, "is beyond the head");
    }

    private void CompareAccounts(ulong expected, CancellationToken cancellation)
    {
        var rows = Count("account index", expected, AccountRows(cancellation), row => row.Entry);
        if (rows <= expected)
            return;
        foreach (var row in AccountRows(cancellation))
        {
            if (row.Entry < size && !IsAccount(row))
                findings.Add(FsckKind.AccountIndex, $"account that lists entry {row.Entry}", "did not deposit it");
        }
    }

    private ulong Count<T>(string stage, ulong expected, IEnumerable<T> rows, Func<T, ulong> entryOf)
    {
        ulong count = 0, beyond = 0, furthest = 0;
        foreach (var row in rows)
        {
            if (entryOf(row) < size)
                count++;
            else
                (beyond, furthest) = (beyond + 1, Math.Max(furthest, entryOf(row)));
            if ((count + beyond) % PageSize == 0)
                progress?.Invoke(new FsckProgress(stage, count, expected));
        }

        progress?.Invoke(new FsckProgress(stage, count, expected));
        if (beyond > 0 && furthest >= NewestSize())
            findings.Add(
                stage == "uuid index" ? FsckKind.DepositIndex : FsckKind.AccountIndex, $"{stage}, row of entry {furthest}", "is beyond the head");
        return count;
    }

    private IEnumerable<DepositRow> DepositRows(CancellationToken cancellation)
    {
        var after = ReadOnlyMemory<byte>.Empty;
        while (store.ReadDepositRows(after, PageSize) is { Count: > 0 } page)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var row in page)
                yield return row;
            after = page[^1].Deposit;
        }
    }

    private IEnumerable<AccountRow> AccountRows(CancellationToken cancellation)
    {
        AccountRow? after = null;
        while (store.ReadAccountRows(after, PageSize) is { Count: > 0 } page)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var row in page)
                yield return row;
            after = page[^1];
        }
    }

    private ulong NewestSize() => store.ReadHead()?.Size ?? 0;

    private bool IsDeposit(DepositRow row) =>
        ReadEntry(row.Entry) is { } entry && Parse(() => Statement.Parse(Text(entry.Entry))) is { } statement
        && statement.Deposit.ToBytes().AsSpan().SequenceEqual(row.Deposit.Span);

    private bool IsAccount(AccountRow row) => ReadEntry(row.Entry) is { } entry
        && row.Account switch
        {
            KeyHistory.Account => Entry.IsKeyChange(entry.Entry.Span),
            AuditIndex.Account => Entry.IsAuditHead(entry.Entry.Span),
            _ => Parse(() => Claims.Parse(Text(entry.Claims))) is { } claims && claims.Account == row.Account,
        };

    private StoredEntry? ReadEntry(ulong index)
    {
        try
        {
            return store.ReadEntries(index, 1, withRecords: true) is [var entry] && entry.Index == index ? entry : null;
        }
        catch (StoreDamagedException)
        {
            return null;
        }
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static T? Parse<T>(Func<T> parse)
        where T : class
    {
        try
        {
            return parse();
        }
        catch (MalformedException)
        {
            return null;
        }
    }
}
