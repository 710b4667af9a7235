using System.Buffers.Binary;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The uuids that the index does not hold yet. New uuids belong all over the index's last pages, so a row each commit
/// would have every commit write a page a deposit. Instead a commit writes its uuids as one row of the table
/// <c>recent</c>; they are found in memory, and once there are <see cref="RunSize"/> of them they move into the index in
/// the order of its keys, a slice a commit, each page touched about once. When all of a run have moved, its rows of
/// <c>recent</c> are deleted in that commit: after a crash the whole run moves again, and rows that are there stay.
/// <para>
/// A lookup asks here first and the index second, in a snapshot that begins later: what is not here any more is in the
/// index by then. Safe on any thread; the order of changes is the appending thread's.
/// </para>
/// </summary>
internal sealed class SqliteRecentUuids
{
    /// <summary>
    /// Deposits of a run. A busy minute has a million uuids, 8,000 pages of index: a run then writes some four rows a page,
    /// and the commit that begins to move it waits some 5 ms for its sorting.
    /// </summary>
    internal const int NormalRunSize = 32_768;

    /// <summary>In a row, the place of an entry without a uuid.</summary>
    private static readonly byte[] None = new byte[DepositId.Size];

    /// <summary>Less than <see cref="NormalRunSize"/> in tests, to have runs move. Set before the first append.</summary>
    public int RunSize { get; set; } = NormalRunSize;

    private readonly Lock gate = new();
    private readonly List<Run> runs = [];
    private readonly SqliteUuidMinutes minutes = new();
    private ulong end;

    /// <summary>Every row of <c>recent</c> below this entry is known here.</summary>
    public ulong End
    {
        get
        {
            lock (gate)
                return end;
        }
    }

    /// <summary>A row of <c>recent</c>: for each entry its uuid, or zeros.</summary>
    public static byte[] ToRow(ReadOnlySpan<NewEntry> entries)
    {
        var row = new byte[entries.Length * DepositId.Size];
        for (var i = 0; i < entries.Length; i++)
            entries[i].Deposit?.CopyTo(row.AsSpan(i * DepositId.Size));
        return row;
    }

    public ulong? Find(UInt128 uuid) => Find(uuid, out _);

    /// <param name="uuid">To be found.</param>
    /// <param name="mayBeInIndex">When it is not here: false if it cannot be in the index either.</param>
    public ulong? Find(UInt128 uuid, out bool mayBeInIndex)
    {
        lock (gate)
        {
            mayBeInIndex = minutes.MayHold(uuid);
            foreach (var run in runs)
            {
                if (run.Entries.TryGetValue(uuid, out var entry))
                    return unchecked((ulong)entry);
            }
        }

        return null;
    }

    /// <summary>Has <see cref="Find(UInt128, out bool)"/> know what is new, for uuids of about this time.</summary>
    /// <param name="newest">The time of the newest entry.</param>
    /// <param name="size">The size of the ledger in the snapshot that <paramref name="isInIndex"/> reads.</param>
    /// <param name="isInIndex">Whether the index holds a uuid from the first up to below the second.</param>
    public void Follow(DateTimeOffset newest, ulong size, Func<UInt128, UInt128, bool> isInIndex)
    {
        lock (gate)
        {
            // Rows beyond the snapshot may be in the index already without its showing that.
            if (end != size)
                return;
            foreach (var minute in minutes.Follow(newest))
            {
                var (from, to) = (SqliteUuidMinutes.FirstOf(minute), SqliteUuidMinutes.FirstOf(minute + 1));
                var isHere = runs.Exists(run => run.Entries.Keys.Any(uuid => uuid >= from && uuid < to));
                minutes.Begin(minute, !isHere && !isInIndex(from, to));
            }
        }
    }

    /// <summary>Adds a durable row. Of a uuid that occurs twice the first entry counts, as in the index.</summary>
    /// <param name="first">The entry of its first uuid.</param>
    /// <param name="row">As in <see cref="ToRow"/>; an incomplete uuid at its end counts as one that is nobody's.</param>
    public void Add(ulong first, ReadOnlySpan<byte> row)
    {
        lock (gate)
        {
            // Whoever saw it in the table first has added it.
            if (first < end)
                return;
            // Whoever moved the rows between has put them into the index.
            if (first != end)
                minutes.Clear();
            if (runs is [] || runs[^1].Entries.Count >= RunSize)
                runs.Add(new Run());
            var run = runs[^1];
            for (var i = 0; i < row.Length / DepositId.Size; i++)
            {
                var uuid = row.Slice(i * DepositId.Size, DepositId.Size);
                if (uuid.SequenceEqual(None))
                    continue;
                var number = BinaryPrimitives.ReadUInt128BigEndian(uuid);
                run.Entries.TryAdd(number, unchecked((long)first + i));
                minutes.Add(number);
            }

            // What is left over is nobody's uuid, and a check is to see it: the appending thread refuses such a row.
            if (row.Length % DepositId.Size is > 0 and var left)
            {
                Span<byte> padded = stackalloc byte[DepositId.Size];
                padded.Clear();
                row[^left..].CopyTo(padded);
                run.Entries.TryAdd(BinaryPrimitives.ReadUInt128BigEndian(padded), unchecked((long)first + row.Length / DepositId.Size));
            }

            // A damaged row may begin anywhere; whoever misses its uuids says so.
            end = run.End = unchecked(first + (ulong)(row.Length / DepositId.Size));
        }
    }

    /// <summary>The next uuids to move, in the order of the index, from the oldest run if that is full; empty when there is none.</summary>
    public ReadOnlySpan<(UInt128 Uuid, long Entry)> NextToMove(int count, out ulong? runEnd)
    {
        runEnd = null;
        Run run;
        lock (gate)
        {
            if (runs is [] || runs[0].Entries.Count < RunSize)
                return [];
            run = runs[0];
        }

        // A full run does not change any more.
        var sorted = run.Sort();
        count = Math.Min(count, sorted.Length - run.Moved);
        if (run.Moved + count == sorted.Length)
            runEnd = run.End;
        return sorted.AsSpan(run.Moved, count);
    }

    /// <summary>What <see cref="NextToMove"/> gave is in the index, durable.</summary>
    public void Moved(int count, ulong? runEnd)
    {
        lock (gate)
        {
            if (runEnd is { } end)
                runs.RemoveAll(run => run.End <= end);
            else if (count > 0)
                runs[0].Moved += count;
        }
    }

    /// <summary>Forgets runs that are in the index.</summary>
    /// <param name="oldest">The first entry of the oldest row of <c>recent</c>.</param>
    public void Forget(ulong oldest)
    {
        lock (gate)
            runs.RemoveAll(run => run.End <= oldest);
    }

    /// <summary>A page of the index with what is here: memory first, as in a lookup.</summary>
    /// <param name="readPage">Reads the page of the index.</param>
    /// <param name="after">The last uuid of the page before, or empty.</param>
    /// <param name="count">Rows at most.</param>
    public List<DepositRow> Merge(Func<List<DepositRow>> readPage, ReadOnlySpan<byte> after, int count)
    {
        var page = new List<DepositRow>();
        // A damaged row's uuid may have any length; it is compared as the index compares it.
        Span<byte> last = stackalloc byte[DepositId.Size];
        last.Clear();
        after[..Math.Min(after.Length, last.Length)].CopyTo(last);
        var (number, isLonger) = (BinaryPrimitives.ReadUInt128BigEndian(last), after.Length >= DepositId.Size);
        lock (gate)
        {
            foreach (var run in runs)
            {
                var sorted = run.Sort();
                var from = FirstAfter(sorted, number, isLonger);
                for (var i = from; i < sorted.Length && i - from < count; i++)
                {
                    var uuid = new byte[DepositId.Size];
                    BinaryPrimitives.WriteUInt128BigEndian(uuid, sorted[i].Uuid);
                    page.Add(new DepositRow(uuid, unchecked((ulong)sorted[i].Entry)));
                }
            }
        }

        page.AddRange(readPage());
        // A run that moves is in both places; rows that differ are both shown, since one of them is wrong.
        return [.. page.OrderBy(row => row, RowOrder.Instance).Distinct(RowOrder.Instance).Take(count)];
    }

    /// <summary>The first that is above a uuid or, if equal ones count too, not below it.</summary>
    private static int FirstAfter((UInt128 Uuid, long Entry)[] sorted, UInt128 uuid, bool above)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var isAfter = above ? sorted[middle].Uuid > uuid : sorted[middle].Uuid >= uuid;
            (low, high) = isAfter ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>Uuids of consecutive entries, in the order of their entries until it is full, then also in that of the index.</summary>
    private sealed class Run
    {
        private (UInt128 Uuid, long Entry)[]? sorted;

        public Dictionary<UInt128, long> Entries { get; } = [];

        /// <summary>The entry after its last.</summary>
        public ulong End { get; set; }

        public int Moved { get; set; }

        public (UInt128 Uuid, long Entry)[] Sort()
        {
            if (sorted?.Length == Entries.Count)
                return sorted;
            // Keys and values apart: half the time of sorting pairs.
            var (uuids, entries) = (Entries.Keys.ToArray(), Entries.Values.ToArray());
            Array.Sort(uuids, entries);
            return sorted = [.. uuids.Zip(entries)];
        }
    }

    private sealed class RowOrder : IComparer<DepositRow>, IEqualityComparer<DepositRow>
    {
        public static RowOrder Instance { get; } = new();

        public int Compare(DepositRow left, DepositRow right)
        {
            var order = left.Deposit.Span.SequenceCompareTo(right.Deposit.Span);
            return order != 0 ? order : left.Entry.CompareTo(right.Entry);
        }

        public bool Equals(DepositRow left, DepositRow right) => Compare(left, right) == 0;

        public int GetHashCode(DepositRow row) => row.Entry.GetHashCode();
    }
}
