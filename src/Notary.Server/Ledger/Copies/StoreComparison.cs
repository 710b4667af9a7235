using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Compares two stores row by row, everything that can be read out of them. Nothing may write to either meanwhile.
/// </summary>
internal sealed class StoreComparison(
    ILedgerStore left, ILedgerStore right, Action<FsckProgress>? progress, CancellationToken cancellation)
{
    private const int PageSize = 1_024;

    private ulong size;

    /// <exception cref="StoreDamagedException">They differ; it says where.</exception>
    public void Run()
    {
        var (one, other) = (left.ReadHead(), right.ReadHead());
        if (!StoredHead.Same(one, other) || one?.Received != other?.Received)
            throw Differs("their heads", 0);
        size = one?.Size ?? 0;
        CompareEntries();
        Compare("uuid index", store => Pages<DepositRow>(page => store.ReadDepositRows(page?.Deposit ?? default, PageSize)), SameDeposit);
        Compare("account index", store => Pages<AccountRow>(page => store.ReadAccountRows(page, PageSize)), (a, b) => a == b);
        Compare("tiles", store => Pages<TileRow>(page => store.ReadTileRows(page, PageSize)), SameTile);
    }

    private void CompareEntries()
    {
        ulong next = 0;
        while (true)
        {
            var (one, other) = (left.ReadEntries(next, PageSize, withRecords: true), right.ReadEntries(next, PageSize, withRecords: true));
            if (one.Count != other.Count)
                throw Differs("the number of their entries", next);
            if (one.Count == 0)
                return;
            for (var i = 0; i < one.Count; i++)
            {
                if (!Same(one[i], other[i]))
                    throw Differs($"entry {one[i].Index} or its private records", one[i].Index);
            }

            next = one[^1].Index + 1;
            Tell("comparison of entries", next);
        }
    }

    private void Compare<T>(string what, Func<ILedgerStore, IEnumerable<T>> rows, Func<T, T, bool> same)
    {
        using var other = rows(right).GetEnumerator();
        ulong count = 0;
        foreach (var row in rows(left))
        {
            if (!other.MoveNext() || !same(row, other.Current))
                throw Differs($"row {count} of their {what}", 0);
            if (++count % PageSize == 0)
                Tell($"comparison of the {what}", count);
        }

        if (other.MoveNext())
            throw Differs($"the number of rows of their {what}", 0);
    }

    private static IEnumerable<T> Pages<T>(Func<T?, IReadOnlyList<T>> read)
        where T : struct
    {
        T? last = null;
        while (read(last) is { Count: > 0 } page)
        {
            foreach (var row in page)
                yield return row;
            last = page[^1];
        }
    }

    private static bool Same(in StoredEntry one, in StoredEntry other) =>
        one.Index == other.Index && one.Entry.Span.SequenceEqual(other.Entry.Span)
        && one.Claims.Span.SequenceEqual(other.Claims.Span) && one.Request.Span.SequenceEqual(other.Request.Span);

    private static bool SameDeposit(DepositRow one, DepositRow other) =>
        one.Entry == other.Entry && one.Deposit.Span.SequenceEqual(other.Deposit.Span);

    private bool SameTile(TileRow one, TileRow other) =>
        one == other && left.ReadTile(one.Level, one.Number) is { } bytes
        && right.ReadTile(other.Level, other.Number) is { } copied && bytes.AsSpan().SequenceEqual(copied);

    private void Tell(string stage, ulong done)
    {
        cancellation.ThrowIfCancellationRequested();
        progress?.Invoke(new FsckProgress(stage, done, Math.Max(done, size)));
    }

    private static StoreDamagedException Differs(string what, ulong place) => new("the two databases", $"differ in {what}", place);
}
