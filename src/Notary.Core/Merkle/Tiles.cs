using System.Globalization;
using System.Text;

namespace Notary.Core;

/// <summary>
/// A tile of C2SP tlog-tiles: a row of up to 256 hashes of one level, or of up to 256 entries.
/// </summary>
/// <param name="Level">0 to 63; <see cref="Entries"/> for an entry bundle. A hash of level L covers 256^L leaves.</param>
/// <param name="Number">Position in its level; hash i of the tile is hash Number·256+i of the level.</param>
/// <param name="Width">Hashes or entries in it: 1 to 255 when partial, 256 when full.</param>
public readonly record struct TileId(int Level, ulong Number, int Width)
{
    /// <summary>Levels of the binary tree in one tile.</summary>
    public const int Height = 8;

    /// <summary>Hashes in a full tile.</summary>
    public const int FullWidth = 1 << Height;

    /// <summary>The level that stands for entry bundles.</summary>
    public const int Entries = -1;

    private const int MaxLevel = 63;

    public bool IsFull => Width == FullWidth;

    /// <summary>Whether a tree of this size has the tile with all of its width.</summary>
    public bool ExistsIn(ulong treeSize)
    {
        var complete = Complete(Level, treeSize);
        return Number <= (ulong.MaxValue >> Height) && Number * FullWidth <= complete
            && complete - Number * FullWidth >= (ulong)Width;
    }

    /// <summary>Width of the last tile of a level, 0 when that level ends in a full tile or is empty.</summary>
    public static int PartialWidth(int level, ulong treeSize) => (int)(Complete(level, treeSize) % FullWidth);

    /// <summary>The path below the ledger's prefix: <c>tile/0/x001/x234/067.p/5</c>.</summary>
    public override string ToString()
    {
        var path = new StringBuilder("tile/");
        path.Append(Level == Entries ? "entries" : Level.ToString(CultureInfo.InvariantCulture)).Append('/');
        AppendNumber(path, Number);
        if (!IsFull)
            path.Append(CultureInfo.InvariantCulture, $".p/{Width}");
        return path.ToString();
    }

    /// <summary>Reads a path that <see cref="ToString"/> could have written, and no other spelling.</summary>
    public static bool TryParse(string path, out TileId tile)
    {
        tile = default;
        if (path.Length > 64)
            return false;
        var parts = path.Split('/');
        if (parts.Length < 3 || parts[0] != "tile")
            return false;
        var level = Entries;
        if (parts[1] != "entries" && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out level))
            return false;
        var (last, width) = (parts.Length - 1, FullWidth);
        if (parts[last - 1].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(parts[last], NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is 0 or >= FullWidth)
                return false;
            last--;
            parts[last] = parts[last][..^2];
        }

        if (level > MaxLevel || last < 2 || !TryParseNumber(parts.AsSpan(2, last - 1), out var number))
            return false;
        tile = new TileId(level, number, width);
        return tile.ToString() == path;
    }

    private static ulong Complete(int level, ulong treeSize)
    {
        var shift = level == Entries ? 0 : level * Height;
        return shift >= 64 ? 0 : treeSize >> shift;
    }

    private static void AppendNumber(StringBuilder path, ulong number)
    {
        if (number >= 1000)
            AppendGroups(path, number / 1000);
        path.Append((number % 1000).ToString("000", CultureInfo.InvariantCulture));
    }

    private static void AppendGroups(StringBuilder path, ulong number)
    {
        if (number >= 1000)
            AppendGroups(path, number / 1000);
        path.Append('x').Append((number % 1000).ToString("000", CultureInfo.InvariantCulture)).Append('/');
    }

    private static bool TryParseNumber(ReadOnlySpan<string> groups, out ulong number)
    {
        number = 0;
        // Six groups reach 10^18, beyond every tile of a tree of 2^64 entries that can exist.
        if (groups.Length > 6)
            return false;
        foreach (var group in groups)
        {
            var digits = group.StartsWith('x') ? group.AsSpan(1) : group;
            if (digits.Length != 3 || !ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                return false;
            number = number * 1000 + value;
        }

        return true;
    }
}
