using System.Diagnostics;
using Notary.Core;
using Notary.Server;

namespace Notary.Bench;

/// <summary>Reads of a filled ledger, timed one by one in this process.</summary>
internal static class GrowthReads
{
    private const int Reads = 2_000;

    /// <summary>Microseconds to build the inclusion proofs of random entries: first what must be read and hashed, then the same again.</summary>
    public static (Latency Cold, Latency Warm) Proofs(string data, Random random)
    {
        using var folder = new DataFolder(data, null);
        using var store = SqliteStore.OpenReadOnly(folder.Database);
        var tree = new TreeReader(store, new TileCache(2 * Reads));
        var head = new HeadLoader(store, tree, LedgerKey.Load(folder.Key)!.Verifier).Load()!;
        var entries = Enumerable.Range(0, Reads).Select(_ => (ulong)random.NextInt64((long)head.Size)).ToArray();
        Latency Time() => Latency.Of(entries, entry => MerkleTree.Inclusion(entry, head.Size, tree.At(head)));
        return (Time(), Time());
    }

    /// <summary>Bytes of a deposit's texts, as the ledger stores them: statement, claims and request, on average.</summary>
    public static double TextBytes(Ledger ledger, IReadOnlyList<DepositId> deposits) => deposits.Take(Reads)
        .Select(deposit => ledger.GetCertificate("local", deposit)!)
        .Average(certificate => certificate.Statement.Length + certificate.Claims.Length + certificate.Request.Length);

    /// <summary>Microseconds for the whole certificates of random deposits.</summary>
    public static Latency Certificates(Ledger ledger, IReadOnlyList<DepositId> deposits, Random random)
    {
        var asked = deposits.ToArray();
        random.Shuffle(asked);
        return Latency.Of(asked[..Math.Min(Reads, asked.Length)], deposit =>
        {
            if (ledger.GetCertificate("local", deposit) is null)
                throw new BenchException("an acknowledged deposit is not there");
        });
    }
}

/// <summary>Microseconds of one call: the median, and what 99 of 100 stay within.</summary>
internal readonly record struct Latency(double P50, double P99)
{
    public static Latency Of<T>(IEnumerable<T> items, Action<T> call)
    {
        var microseconds = new List<double>();
        foreach (var item in items)
        {
            var start = Stopwatch.GetTimestamp();
            call(item);
            microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        microseconds.Sort();
        return new Latency(Statistics.Percentile(microseconds, 0.5), Statistics.Percentile(microseconds, 0.99));
    }
}
