using Notary.Core;
using Notary.Server;

namespace Notary.Bench;

/// <summary>
/// Fills a ledger with made-up statements whose claims and requests are left out, as after an erasure. Each is hashed,
/// signed for, indexed and committed by the code that appends deposits, in large batches and without depositors: the
/// tree, the uuid index and the public half of the database are what the same number of deposits makes them.
/// </summary>
internal sealed class StatementFill(int seed, int rate)
{
    private const int BatchSize = 4_096;

    private readonly Random random = new(seed);

    /// <param name="data">The folder of a ledger that is not open.</param>
    /// <param name="count">Entries to add.</param>
    /// <param name="remember">Called with each uuid.</param>
    /// <param name="cancellation">Ends the fill after a whole batch.</param>
    public void Run(string data, long count, Action<DepositId> remember, CancellationToken cancellation)
    {
        using var folder = new DataFolder(data, null);
        folder.Lock();
        var key = LedgerKey.Load(folder.Key) ?? throw new BenchException("the ledger to fill has no key");
        using var store = SqliteStore.Open(folder.Database);
        var head = new HeadLoader(store, new TreeReader(store, new TileCache(TileCache.DefaultCapacity)), key.Verifier).Load()
            ?? throw new BenchException("the ledger to fill is empty");
        var end = Timestamp.RoundDown(TimeProvider.System.GetUtcNow());
        for (var left = count; left > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            var size = (int)Math.Min(left, BatchSize);
            // Dated as if they had come at a rate that lasts, but never before what is there.
            var dated = Timestamp.RoundDown(end - TimeSpan.FromSeconds((double)left / rate));
            dated = dated < head.Stored.Received ? head.Stored.Received : dated;
            var batch = new LedgerBatch(head, Entries(head, key.Verifier.Name, size, dated, remember), dated, key);
            if (store.Append(batch.Append) != AppendOutcome.Appended)
                throw new BenchException("the fill found no room");
            head = batch.Head;
            left -= size;
        }
    }

    private NewEntry[] Entries(LedgerHead head, string origin, int count, DateTimeOffset dated, Action<DepositId> remember)
    {
        var entries = new NewEntry[count];
        Span<byte> entropy = stackalloc byte[DepositId.RandomBytes + 2 * Hash.Size];
        StatementPrinter? printer = null;
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(entropy);
            var id = DepositId.Create(dated, entropy[..DepositId.RandomBytes]);
            var (commitment, claims) = (new Hash(entropy.Slice(DepositId.RandomBytes, Hash.Size)), new Hash(entropy[^Hash.Size..]));
            printer ??= new StatementPrinter(new Statement
            {
                Ledger = origin,
                Deposit = id,
                Received = dated,
                AfterSize = head.Size,
                AfterRoot = head.Root,
                Commitment = commitment,
                Claims = claims,
            });
            entries[i] = new NewEntry(printer.Print(id, commitment, claims), default, default, id, null);
            remember(id);
        }

        return entries;
    }
}
