namespace Notary.Server;

/// <summary>
/// Tells of most new uuids that the index cannot hold them, so that a deposit of a busy minute reads no page of it. A
/// Bloom filter a minute, for the minute of the newest entry and its neighbours, which are those that clients' clocks
/// show: it begins while nothing of its minute is stored and is told every uuid stored from then on. A minute that was
/// not empty when it was first looked at has none, and its uuids are looked up. Not safe for concurrent use.
/// </summary>
internal sealed class SqliteUuidMinutes
{
    /// <summary>2^23 bits, 1 MiB: at a million uuids in the minute one lookup in 33 is made for nothing.</summary>
    private const int BitsLog2 = 23;

    private const int MillisecondsShift = 80;
    private const ulong MillisecondsOfMinute = 60_000;

    // Null: uuids of the minute may have been stored before anybody kept count.
    private readonly Dictionary<ulong, ulong[]?> filters = [];

    /// <summary>The minutes to be watched from now on; those that are not any more are forgotten.</summary>
    /// <param name="newest">The time of the newest entry.</param>
    /// <returns>Those that were not watched before: <see cref="Begin"/> is to follow for each.</returns>
    public IReadOnlyList<ulong> Follow(DateTimeOffset newest)
    {
        var minute = (ulong)Math.Max(newest.ToUnixTimeMilliseconds(), (long)MillisecondsOfMinute) / MillisecondsOfMinute;
        if (filters.Count == 3 && filters.ContainsKey(minute - 1) && filters.ContainsKey(minute + 1))
            return [];
        foreach (var old in filters.Keys.Where(old => old < minute - 1 || old > minute + 1).ToList())
            filters.Remove(old);
        return [.. new[] { minute - 1, minute, minute + 1 }.Where(wanted => !filters.ContainsKey(wanted))];
    }

    /// <param name="minute">Since 1970.</param>
    /// <param name="isEmpty">Whether no uuid of it is stored, in the index or on the way to it.</param>
    public void Begin(ulong minute, bool isEmpty) => filters[minute] = isEmpty ? new ulong[1 << (BitsLog2 - 6)] : null;

    /// <summary>The first uuid of a minute; that of the next one is above all of the minute.</summary>
    public static UInt128 FirstOf(ulong minute) => (UInt128)(minute * MillisecondsOfMinute) << MillisecondsShift;

    /// <summary>A uuid that is stored.</summary>
    public void Add(UInt128 uuid)
    {
        if (!filters.TryGetValue(MinuteOf(uuid), out var filter) || filter is null)
            return;
        var (first, second, third) = Bits(uuid);
        filter[first >> 6] |= 1UL << first;
        filter[second >> 6] |= 1UL << second;
        filter[third >> 6] |= 1UL << third;
    }

    /// <summary>False: it is not stored. True says nothing.</summary>
    public bool MayHold(UInt128 uuid)
    {
        if (!filters.TryGetValue(MinuteOf(uuid), out var filter) || filter is null)
            return true;
        var (first, second, third) = Bits(uuid);
        return (filter[first >> 6] >> first & filter[second >> 6] >> second & filter[third >> 6] >> third & 1) != 0;
    }

    /// <summary>Uuids were stored that nobody told of.</summary>
    public void Clear() => filters.Clear();

    private static ulong MinuteOf(UInt128 uuid) => (ulong)(uuid >> MillisecondsShift) / MillisecondsOfMinute;

    /// <summary>
    /// Three places from the 74 random bits. A depositor who chooses them can make lookups happen that are not needed,
    /// never prevent one that is.
    /// </summary>
    private static (int First, int Second, int Third) Bits(UInt128 uuid)
    {
        const ulong mask = (1 << BitsLog2) - 1;
        var (low, high) = (unchecked((ulong)uuid), (ulong)(uuid >> 64));
        return ((int)(low & mask), (int)(low >> BitsLog2 & mask), (int)((low >> (2 * BitsLog2) & 0xFFFF) << 7 | high & 0x7F));
    }
}
