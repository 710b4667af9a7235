using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The public side of a stored ledger as of the moment it was opened, also beside a running server: what lies below a
/// head never changes, so one head is one consistent snapshot. It opens the database alone, never the key, and hands no
/// private record to anyone outside the server. Safe for concurrent use.
/// </summary>
public sealed class LedgerReader : IDisposable
{
    private const int PageSize = 1_024;

    private readonly ILedgerStore store;
    private readonly TreeReader tree;
    private readonly LedgerHead head;
    private readonly KeyHistory keys;

    private LedgerReader(ILedgerStore store, TreeReader tree, LedgerHead head, KeyHistory keys) =>
        (this.store, this.tree, this.head, this.keys) = (store, tree, head, keys);

    /// <summary>The key that the ledger's own entries name last, which signed the checkpoint.</summary>
    public VerifierKey Key => keys.Chain.Current;

    /// <summary>Every key that the ledger had, the first one first.</summary>
    public IReadOnlyList<VerifierKey> Keys => keys.Chain.Keys;

    /// <summary>The changes of the ledger's key as whoever trusts an old one can follow them, in order.</summary>
    /// <exception cref="LedgerRefusedException">What is stored is not what was signed.</exception>
    public IReadOnlyList<KeyChangeProof> KeyChanges => Readable(() =>
        keys.Chain.Keys.Select(old => keys.Find(tree, head, key => key == old)).OfType<KeyChangeProof>().ToList());

    /// <summary>The checkpoint that everything is read under.</summary>
    public SignedCheckpoint Latest => head.Signed;

    /// <param name="dataDirectory">The folder that a server is given.</param>
    /// <exception cref="LedgerRefusedException">There is no ledger, or it is damaged.</exception>
    public static LedgerReader Open(string dataDirectory)
    {
        using var folder = new DataFolder(dataDirectory, highWaterMark: null);
        return OpenDatabase(folder.Database);
    }

    /// <summary>Opens a database wherever it stands: a draft, a backup.</summary>
    /// <exception cref="LedgerRefusedException">As <see cref="Open"/>.</exception>
    internal static LedgerReader OpenDatabase(string path)
    {
        ILedgerStore? store = null;
        try
        {
            store = LedgerStores.OpenReadOnly(path);
            var tree = new TreeReader(store, new TileCache(TileCache.DefaultCapacity));
            var size = store.ReadHead()?.Size ?? throw new StoreDamagedException("head", "is missing", 0);
            var keys = KeyHistory.Read(store, size);
            // A running server may append meanwhile, but its key only changes while it is stopped.
            var head = new HeadLoader(store, tree, keys.Chain.Current).Load()!;
            keys.Verify(tree, head);
            return new LedgerReader(store, tree, head, keys);
        }
        catch (Exception e)
        {
            store?.Dispose();
            if (e is StoreDamagedException or StoreException or MalformedException)
                throw new LedgerRefusedException($"the database {path} cannot be read: {e.Message}", "run 'notary fsck' on it");
            throw;
        }
    }

    /// <summary>The heads of the audit log, the newest first.</summary>
    /// <exception cref="StoreDamagedException">An entry is not what was signed.</exception>
    internal IEnumerable<(ulong Index, AuditHead Head)> AuditHeads() => AuditIndex.Newest(store, tree, head);

    /// <summary>A tile or entry bundle, full or partial, or null when the snapshot does not have it.</summary>
    /// <exception cref="LedgerRefusedException">What is stored is not what was signed.</exception>
    public ReadOnlyMemory<byte>? ReadTile(TileId tile) => Readable(() => tree.Read(head, tile));

    public void Dispose() => store.Dispose();

    private static T Readable<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is StoreDamagedException or StoreException)
        {
            throw new LedgerRefusedException($"the ledger cannot be read: {e.Message}", "run 'notary fsck' on it");
        }
    }

    /// <summary>The root of the first entries.</summary>
    /// <param name="size">1 to the size of <see cref="Latest"/>.</param>
    internal Hash RootAt(ulong size) => size == head.Size ? head.Root : MerkleTree.Root(size, tree.At(head));

    /// <summary>
    /// The entries below the head with their private records, each compared with its leaf hash. One short read transaction
    /// a page: a long one would keep a server's write-ahead log from being used again.
    /// </summary>
    /// <exception cref="StoreDamagedException">What is stored is not what was signed.</exception>
    internal IEnumerable<IReadOnlyList<StoredEntry>> ReadRecords(ulong first)
    {
        for (var next = first; next < head.Size;)
        {
            var page = tree.Entries(head, next, (int)Math.Min(PageSize, head.Size - next), withRecords: true);
            next += (ulong)page.Count;
            yield return page;
        }
    }
}
