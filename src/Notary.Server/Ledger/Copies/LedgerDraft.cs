using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// A database in the making: entry by entry up to a checkpoint that the ledger signed, with tiles and indexes built anew.
/// It signs nothing. Until <see cref="Finish"/> its head speaks of a checkpoint that its entries do not lead to yet, so
/// that an unfinished draft, whatever name it got, is refused by everyone who opens it. Holds one batch in memory.
/// </summary>
internal sealed class LedgerDraft : IDisposable
{
    private const int BatchSize = 4_096;

    private readonly string path;
    private readonly SignedCheckpoint target;
    private readonly ILedgerStore store;
    private readonly List<NewEntry> waiting = new(BatchSize);
    private CompactRange frontier = new();
    private IReadOnlyList<TileNodes> edge = [];
    private StoredHead? head;
    private DateTimeOffset newest = DateTimeOffset.UnixEpoch;
    private bool isClosed;
    private bool isFinished;

    /// <param name="path">Its file; what an interrupted run left there is deleted.</param>
    /// <param name="target">The checkpoint that it is to end with; its signature is the caller's to check.</param>
    /// <param name="kind">What to make it as.</param>
    public LedgerDraft(string path, SignedCheckpoint target, StoreKind kind)
    {
        (this.path, this.target) = (path, target);
        SqliteFile.Delete(path);
        store = LedgerStores.Open(path, kind);
    }

    /// <summary>Entries so far.</summary>
    public ulong Size => frontier.Size + (ulong)waiting.Count;

    /// <summary>Appends what follows; entries beyond the checkpoint are left out.</summary>
    /// <exception cref="StoreDamagedException">They do not follow, or an entry cannot be taken apart.</exception>
    public void Append(IReadOnlyList<StoredEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (Size == target.Checkpoint.Size)
                return;
            if (entry.Index != Size)
                throw new StoreDamagedException($"entry {Size}", "is missing", entry.Index);
            waiting.Add(ToNewEntry(entry));
            if (waiting.Count == BatchSize && Size < target.Checkpoint.Size)
                Write();
        }
    }

    /// <summary>Writes the rest and makes the file a plain one, durable, if its entries lead to the signed root.</summary>
    /// <exception cref="StoreDamagedException">They do not.</exception>
    public void Finish()
    {
        if (Size != target.Checkpoint.Size)
            throw new StoreDamagedException($"entry {Size}", "is missing", Size);
        Write();
        if (frontier.Root() != target.Checkpoint.Root)
            throw new StoreDamagedException($"the first {Size} entries", "do not lead to the root that the ledger signed", Size);
        Close();
        LedgerStores.MakePlain(path);
        isFinished = true;
    }

    /// <summary>Closes the draft, and deletes it unless it was finished.</summary>
    public void Dispose()
    {
        Close();
        if (!isFinished)
            SqliteFile.Delete(path);
    }

    private void Close()
    {
        if (!isClosed)
            store.Dispose();
        isClosed = true;
    }

    private void Write()
    {
        var leaves = new Hash[waiting.Count];
        for (var i = 0; i < leaves.Length; i++)
            leaves[i] = MerkleHash.Leaf(waiting[i].Entry.Span);
        var tree = new TreeExtension(frontier, leaves);
        edge = EdgeGrowth.Extend(edge, tree, out var filled);
        var next = new StoredHead(tree.Size, target.Note, newest);
        var tiles = filled.Select(tile => new NewTile(tile.Level, tile.Number, tile.ToBytes(TileId.FullWidth)));
        if (store.Append(new LedgerAppend(head, [.. waiting], [.. tiles], next)) != AppendOutcome.Appended)
            throw new StoreException($"there is no room for {path}", isFatal: false);
        (frontier, head) = (tree.After, next);
        waiting.Clear();
    }

    private NewEntry ToNewEntry(in StoredEntry entry)
    {
        try
        {
            if (entry.Index == 0)
                newest = Genesis.Parse(Encoding.UTF8.GetString(entry.Entry.Span)).Created;
            if (HeadLoader.TimeOf(entry.Entry.Span) is { } at && at > newest)
                newest = at;
            if (!Entry.IsDeposit(entry.Entry.Span))
                return new NewEntry(entry.Entry, entry.Claims, entry.Request, null, ListedUnder(entry.Entry.Span));
            var statement = Statement.Parse(Encoding.UTF8.GetString(entry.Entry.Span));
            var account = entry.Claims.IsEmpty || LostRecords.Are(entry)
                ? null
                : Claims.Parse(Encoding.UTF8.GetString(entry.Claims.Span)).Account;
            return new NewEntry(entry.Entry, entry.Claims, entry.Request, statement.Deposit, account);
        }
        catch (MalformedException e)
        {
            throw new StoreDamagedException($"entry {entry.Index}", e.Message, entry.Index + 1);
        }
    }

    private static string? ListedUnder(ReadOnlySpan<byte> own) =>
        Entry.IsKeyChange(own) ? KeyHistory.Account : Entry.IsAuditHead(own) ? AuditIndex.Account : null;
}
