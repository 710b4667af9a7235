using System.Buffers.Binary;
using System.Text;
using LiteDB;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The documents of a ledger in LiteDB, by hand: a mapper would guess. Keys are numbers or bytes, whose order no culture
/// touches.
/// </summary>
internal static class LiteDbRows
{
    /// <summary>Two documents: <c>{_id: 0, format}</c> and <c>{_id: 1, size, received, checkpoint}</c>.</summary>
    public const string Head = "head";

    public const int FormatId = 0;
    public const int HeadId = 1;

    /// <summary>One an append, and one more for each bundle of 256 that it reaches into: <c>{_id: first, entries: [], claims: [], requests: []}</c>.</summary>
    public const string Segments = "segments";

    /// <summary><c>{_id: level &lt;&lt; 56 | number, hashes}</c>.</summary>
    public const string Tiles = "tiles";

    /// <summary><c>{_id: uuid, entry}</c>.</summary>
    public const string Deposits = "deposits";

    /// <summary>An account's entries of one segment: <c>{_id: account, 0, first, offsets}</c>.</summary>
    public const string Accounts = "accounts";

    public const int LevelShift = 56;

    // LiteDB refuses documents above 16 MB.
    private const int LargestSegment = 8 << 20;
    private const int NumberSize = 8;

    public static BsonDocument ToFormat(int version) => new() { ["_id"] = FormatId, ["format"] = version };

    public static BsonDocument ToHead(StoredHead head) => new()
    {
        ["_id"] = HeadId,
        ["size"] = checked((long)head.Size),
        ["received"] = head.Received.ToUnixTimeMilliseconds(),
        ["checkpoint"] = head.Checkpoint.ToArray(),
    };

    /// <exception cref="StoreDamagedException">A field is missing or out of range.</exception>
    public static StoredHead FromHead(BsonDocument row)
    {
        try
        {
            var size = row["size"].AsInt64;
            if (size < 1 || row["checkpoint"].RawValue is not byte[] checkpoint)
                throw new StoreDamagedException("head row", "lacks its size or checkpoint", 0);
            return new StoredHead((ulong)size, checkpoint, DateTimeOffset.FromUnixTimeMilliseconds(row["received"].AsInt64));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or InvalidCastException or FormatException or OverflowException)
        {
            throw new StoreDamagedException("head row", "holds a size or time that is out of range", 0);
        }
    }

    /// <summary>How many of the entries make the next segment: up to the end of the bundle, and no document too large.</summary>
    public static int SegmentLength(ulong first, ReadOnlySpan<NewEntry> entries)
    {
        var room = Math.Min(entries.Length, TileId.FullWidth - (int)(first % TileId.FullWidth));
        var size = 0;
        for (var i = 0; i < room; i++)
        {
            size += entries[i].Entry.Length + entries[i].Claims.Length + entries[i].Request.Length;
            if (size > LargestSegment && i > 0)
                return i;
        }

        return room;
    }

    public static BsonDocument ToSegment(ulong first, ReadOnlySpan<NewEntry> entries)
    {
        BsonArray texts = [], claims = [], requests = [];
        foreach (ref readonly var entry in entries)
        {
            texts.Add(entry.Entry.ToArray());
            claims.Add(entry.Claims.ToArray());
            requests.Add(entry.Request.ToArray());
        }

        return new BsonDocument { ["_id"] = checked((long)first), ["entries"] = texts, ["claims"] = claims, ["requests"] = requests };
    }

    /// <summary>The entries of a segment from <paramref name="wanted"/> on.</summary>
    /// <exception cref="StoreDamagedException">It is not one.</exception>
    public static void FromSegment(BsonDocument row, ulong wanted, bool withRecords, List<StoredEntry> found)
    {
        if (row["_id"].RawValue is not long first || first < 0)
            throw new StoreDamagedException("a segment", "has no number", wanted + 1);
        if (row["entries"] is not BsonArray { Count: > 0 and <= TileId.FullWidth } texts
            || row["claims"] is not BsonArray claims || row["requests"] is not BsonArray requests
            || claims.Count != texts.Count || requests.Count != texts.Count)
            throw Damaged((ulong)first, 1, "does not hold as many claims and requests as entries");
        for (var i = 0; i < texts.Count; i++)
        {
            var index = (ulong)first + (ulong)i;
            if (texts[i].RawValue is not byte[] text || claims[i].RawValue is not byte[] claim || requests[i].RawValue is not byte[] request)
                throw Damaged((ulong)first, texts.Count, $"holds something that is not bytes as entry {index}");
            if (index >= wanted)
                found.Add(withRecords ? new StoredEntry(index, text, claim, request) : new StoredEntry(index, text, default, default));
        }
    }

    public static long TileKey(int level, ulong number) => ((long)level << LevelShift) | checked((long)number);

    public static TileRow TileOf(long key) => new((int)(key >> LevelShift), (ulong)key & ((1UL << LevelShift) - 1));

    public static BsonDocument ToTile(in NewTile tile) => new()
    {
        ["_id"] = TileKey(tile.Level, tile.Number),
        ["hashes"] = tile.Hashes.ToArray(),
    };

    public static byte[] AccountKey(string account, ulong first)
    {
        var key = new byte[Encoding.UTF8.GetByteCount(account) + 1 + NumberSize];
        Encoding.UTF8.GetBytes(account, key);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(key.Length - NumberSize), first);
        return key;
    }

    /// <summary>A document for each account of the segment.</summary>
    public static IEnumerable<BsonDocument> ToAccounts(ulong first, ReadOnlyMemory<NewEntry> entries)
    {
        var accounts = new SortedDictionary<string, List<byte>>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries.Span[i].Account is not { } account)
                continue;
            if (!accounts.TryGetValue(account, out var offsets))
                accounts.Add(account, offsets = []);
            offsets.Add((byte)i);
        }

        return accounts.Select(row => new BsonDocument
        {
            ["_id"] = AccountKey(row.Key, first),
            ["offsets"] = row.Value.ToArray(),
        });
    }

    /// <summary>The rows of the account index that a document holds; of a damaged one what can be made of it, to be named.</summary>
    public static IEnumerable<AccountRow> FromAccount(BsonDocument row)
    {
        var key = row["_id"].RawValue as byte[] ?? [];
        var split = Math.Max(key.Length - NumberSize - 1, 0);
        var first = key.Length >= NumberSize ? BinaryPrimitives.ReadUInt64BigEndian(key.AsSpan(key.Length - NumberSize)) : 0;
        var account = Encoding.UTF8.GetString(key, 0, split);
        return (row["offsets"].RawValue as byte[] ?? []).Select(offset => new AccountRow(account, unchecked(first + offset)));
    }

    private static StoreDamagedException Damaged(ulong first, int count, string problem) =>
        new($"segment of entries from {first}", problem, first + (ulong)count);
}
