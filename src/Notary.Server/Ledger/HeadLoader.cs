using System.Numerics;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Makes a <see cref="LedgerHead"/> of what the store says, and believes none of it: the head's signature is checked, and
/// the right edge of the tree is built from the full tiles and the last entries and compared with the signed root. It
/// reads 255 tiles a tile level at most, whatever the size.
/// </summary>
internal sealed class HeadLoader(ILedgerStore store, TreeReader tree, VerifierKey key)
{
    /// <summary>The verified head, or null when the store is empty.</summary>
    /// <exception cref="StoreDamagedException">Something does not fit together.</exception>
    public LedgerHead? Load()
    {
        if (store.ReadHead() is not { } stored)
            return null;
        var checkpoint = Verify(stored);
        var edge = new List<TileNodes>();
        do
        {
            edge.Add(BuildEdge(edge.Count, stored.Size));
        }
        while (edge.Count * TileId.Height < 64 && stored.Size >> (edge.Count * TileId.Height) != 0);
        var frontier = Frontier(stored.Size, edge);
        if (frontier.Root() != checkpoint.Root)
            throw Damaged("its tree", "does not hash to the signed root");
        CheckReceived(stored);
        return new LedgerHead(new SignedCheckpoint(checkpoint, stored.Checkpoint), stored, frontier, edge);
    }

    private Checkpoint Verify(StoredHead stored)
    {
        try
        {
            var note = SignedNote.Parse(Encoding.UTF8.GetString(stored.Checkpoint.Span));
            if (note.Check(key) != NoteCheck.Valid)
                throw Damaged("its checkpoint", "is not signed by the key that the ledger's entries name");
            var checkpoint = Checkpoint.Parse(note.Text);
            if (checkpoint.Origin != key.Name || checkpoint.Size != stored.Size || checkpoint.Size == 0)
                throw Damaged("its checkpoint", "is of another ledger or size");
            return checkpoint;
        }
        catch (MalformedException e)
        {
            throw Damaged("its checkpoint", e.Problem);
        }
    }

    /// <summary>The tile of this level that is not full: from entries at the bottom, from the full tiles below elsewhere.</summary>
    private TileNodes BuildEdge(int level, ulong size)
    {
        var hashes = new Hash[TileId.PartialWidth(level, size)];
        var number = Shift(size, (level + 1) * TileId.Height);
        var first = number * TileId.FullWidth;
        var entries = level == 0 && hashes.Length > 0 ? store.ReadEntries(first, hashes.Length, withRecords: false) : [];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = level == 0 ? LeafAt(entries, i, first + (ulong)i) : tree.Load(level - 1, first + (ulong)i).Root;
        var tile = new TileNodes(level, number);
        tile.Fill(hashes);
        return tile;
    }

    private static Hash LeafAt(IReadOnlyList<StoredEntry> entries, int position, ulong index) =>
        position < entries.Count && entries[position].Index == index
            ? MerkleHash.Leaf(entries[position].Entry.Span)
            : throw new StoreDamagedException($"entry {index}", "is missing", index + 1);

    private static CompactRange Frontier(ulong size, List<TileNodes> edge)
    {
        var nodes = new List<Hash>(BitOperations.PopCount(size));
        for (var level = 63; level >= 0; level--)
        {
            if (((size >> level) & 1) == 0)
                continue;
            // The last complete node of a level whose bit is set always stands in the edge tile.
            var (_, row, position) = TileNodes.Locate(level, (size >> level) - 1);
            nodes.Add(edge[level / TileId.Height][row, position]);
        }

        return new CompactRange(size, nodes);
    }

    /// <summary>The head's time is what keeps times from going backwards, so it must not be earlier than the last entry's.</summary>
    private void CheckReceived(StoredHead stored)
    {
        var last = store.ReadEntries(stored.Size - 1, 1, withRecords: false);
        try
        {
            if (last.Count > 0 && TimeOf(last[0].Entry.Span) is { } time && time != stored.Received)
                throw Damaged("its time", "is not that of the last entry");
        }
        catch (MalformedException e)
        {
            throw Damaged("its last entry", e.Message);
        }
    }

    /// <summary>The time that an entry carries; null where this program does not know of any.</summary>
    internal static DateTimeOffset? TimeOf(ReadOnlySpan<byte> entry)
    {
        if (Entry.IsDeposit(entry))
            return Statement.Parse(Encoding.UTF8.GetString(entry)).Received;
        if (Entry.IsKeyChange(entry))
            return KeyChange.Parse(Encoding.UTF8.GetString(entry)).At;
        if (Entry.IsClockRecord(entry))
            return ClockRecord.Parse(Encoding.UTF8.GetString(entry)).At;
        return Entry.IsAuditHead(entry) ? AuditHead.Parse(Encoding.UTF8.GetString(entry)).At : null;
    }

    private static ulong Shift(ulong size, int bits) => bits >= 64 ? 0 : size >> bits;

    private static StoreDamagedException Damaged(string what, string problem) => new("head", $"{what} {problem}", 0);
}
