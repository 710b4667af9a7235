using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary>A uuid that a second entry carries. The lower entry counts.</summary>
internal sealed record RepeatedUuid(DepositId Deposit, ulong First, ulong Second);

/// <summary>A file of the index.</summary>
internal sealed record UuidRunName(string Name, long Count);

/// <summary>
/// Every uuid that was read so far, in a few sorted files: a batch is searched for in each, then written as one more, and
/// files of like size are merged, so that there are about as many as the number of uuids has binary digits. Sorting, not
/// hashing: the operator chooses the uuids. Memory is bounded by one batch.
/// <para>
/// Files are named by whoever keeps <see cref="Runs"/>: until that is durable the old ones stay, and files that it does
/// not name are left-overs of a crash.
/// </para>
/// </summary>
internal sealed class UuidIndex(string folder, IReadOnlyList<UuidRunName> runs)
{
    private const string Prefix = "uuids-";

    /// <summary>The files, largest first.</summary>
    public IReadOnlyList<UuidRunName> Runs { get; private set; } = runs;

    /// <summary>Adds a batch.</summary>
    /// <param name="batch">Any order; sorted by this.</param>
    /// <returns>Uuids of the batch that were there, or stand in it twice.</returns>
    public IReadOnlyList<RepeatedUuid> Add(List<UuidRecord> batch)
    {
        if (batch.Count == 0)
            return [];
        batch.Sort();
        var repeated = new List<RepeatedUuid>();
        for (var i = 1; i < batch.Count; i++)
        {
            if (batch[i].Uuid == batch[i - 1].Uuid)
                repeated.Add(Repeated(batch[i - 1], batch[i]));
        }

        foreach (var run in Runs)
            Find(run, batch, repeated);
        // The batch takes every file with it that is less than twice as large as what has been gathered.
        var (merged, total) = (new List<UuidRunName>(), (long)batch.Count);
        foreach (var run in Runs.Reverse().TakeWhile(run => run.Count < 2 * total))
        {
            merged.Add(run);
            total += run.Count;
        }

        Runs = [.. Runs.Take(Runs.Count - merged.Count), Write(batch, merged, total)];
        return repeated;
    }

    /// <summary>Deletes files that <see cref="Runs"/> does not name.</summary>
    public void DropUnnamed()
    {
        foreach (var path in Directory.EnumerateFiles(folder, Prefix + "*"))
        {
            if (!Runs.Any(run => run.Name == Path.GetFileName(path)))
                File.Delete(path);
        }
    }

    private void Find(UuidRunName name, List<UuidRecord> batch, List<RepeatedUuid> repeated)
    {
        using var run = Open(name);
        var at = 0L;
        foreach (var record in batch)
        {
            at = run.LowerBound(record.Uuid, at);
            if (at == run.Count)
                return;
            if (run[at].Uuid == record.Uuid)
                repeated.Add(Repeated(run[at], record));
        }
    }

    private UuidRunName Write(List<UuidRecord> batch, List<UuidRunName> merged, long total)
    {
        // A name that no file has: a file that the state names is never written over.
        var number = 1 + Directory.EnumerateFiles(folder, Prefix + "*")
            .Select(path => long.TryParse(Path.GetFileName(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var used) ? used : 0)
            .DefaultIfEmpty(0).Max();
        var name = new UuidRunName(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}"), total);
        var sources = merged.Select(Open).ToList();
        try
        {
            UuidRun.Write(Path.Join(folder, name.Name), Merge([batch, .. sources.Select(run => run.All())]));
        }
        finally
        {
            sources.ForEach(run => run.Dispose());
        }

        return name;
    }

    private static IEnumerable<UuidRecord> Merge(IReadOnlyList<IEnumerable<UuidRecord>> sources)
    {
        var queue = new PriorityQueue<IEnumerator<UuidRecord>, UuidRecord>();
        foreach (var source in sources)
            Advance(source.GetEnumerator());
        while (queue.TryDequeue(out var source, out var record))
        {
            yield return record;
            Advance(source);
        }

        void Advance(IEnumerator<UuidRecord> source)
        {
            if (source.MoveNext())
                queue.Enqueue(source, source.Current);
            else
                source.Dispose();
        }
    }

    private UuidRun Open(UuidRunName name) => UuidRun.Open(Path.Join(folder, name.Name), name.Count);

    private static RepeatedUuid Repeated(UuidRecord a, UuidRecord b)
    {
        Span<byte> bytes = stackalloc byte[DepositId.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, a.Uuid);
        return new RepeatedUuid(DepositId.FromBytes(bytes), Math.Min(a.Entry, b.Entry), Math.Max(a.Entry, b.Entry));
    }
}
