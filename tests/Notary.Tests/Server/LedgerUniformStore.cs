using System.Globalization;
using System.Text;
using Notary.Core;
using Notary.Server;

namespace Notary.Tests.Server;

/// <summary>
/// A ledger of any size whose entries are all alike, so that every perfect subtree of one height has the same root and
/// nothing needs to be stored.
/// </summary>
internal sealed class UniformStore(ulong size, SigningKey key) : ILedgerStore
{
    private static readonly Hash[] Perfect = MakePerfect();

    public static byte[] Entry { get; } = "notary.test/v1\nalike yes\n"u8.ToArray();

    public static Hash Leaf => Perfect[0];

    public int TilesRead { get; private set; }

    public static Hash Root(ulong size) => MerkleTree.Root(size, (level, _) => Perfect[level]);

    public StoredHead? ReadHead()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{key.Verifier.Name}\n{size}\n{Root(size).ToBase64()}\n");
        return new StoredHead(size, Encoding.UTF8.GetBytes(SignedNote.Sign(text, key).ToString()), DateTimeOffset.UnixEpoch);
    }

    public IReadOnlyList<StoredEntry> ReadEntries(ulong first, int count, bool withRecords) =>
        [.. Enumerable.Range(0, (int)Math.Min((ulong)count, size - first)).Select(i => new StoredEntry(first + (ulong)i, Entry, default, default))];

    public byte[]? ReadTile(int level, ulong number)
    {
        TilesRead++;
        return new TileId(level, number, TileId.FullWidth).ExistsIn(size)
            ? [.. Enumerable.Repeat(Perfect[level * TileId.Height].ToArray(), TileId.FullWidth).SelectMany(hash => hash)]
            : throw new InvalidOperationException($"Tile {number} of level {level} is not full in a tree of {size}.");
    }

    public AppendOutcome Append(LedgerAppend append) => throw new NotSupportedException();

    public ulong? FindDeposit(DepositId deposit) => throw new NotSupportedException();

    public void FindDeposits(ReadOnlySpan<DepositId> deposits, Span<ulong?> entries) => throw new NotSupportedException();

    public IReadOnlyList<ulong> ListAccount(string account, ulong before, int count) => throw new NotSupportedException();

    public IReadOnlyList<DepositRow> ReadDepositRows(ReadOnlyMemory<byte> after, int count) => throw new NotSupportedException();

    public IReadOnlyList<AccountRow> ReadAccountRows(AccountRow? after, int count) => throw new NotSupportedException();

    public IReadOnlyList<TileRow> ReadTileRows(TileRow? after, int count) => throw new NotSupportedException();

    public IReadOnlyList<StoreFault> CheckDatabase(bool withPages, CancellationToken cancellation) => throw new NotSupportedException();

    public void CopyLog() => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private static Hash[] MakePerfect()
    {
        var hashes = new Hash[64];
        hashes[0] = MerkleHash.Leaf("notary.test/v1\nalike yes\n"u8);
        for (var level = 1; level < hashes.Length; level++)
            hashes[level] = MerkleHash.Node(hashes[level - 1], hashes[level - 1]);
        return hashes;
    }
}
