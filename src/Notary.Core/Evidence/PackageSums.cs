using System.Globalization;
using System.Text;

namespace Notary.Core;

/// <summary>
/// <c>MANIFEST.sha256</c>: a line <c>64 hex digits, two spaces, name</c> for every other file of a package, sorted by the
/// names' bytes. It tells damage and half-made changes, not forgery: whoever forges a file writes its line anew.
/// </summary>
internal static class PackageSums
{
    private const int HexDigits = 2 * Hash.Size;

    /// <exception cref="MalformedException">A line of another form, an unsafe name, or one out of order.</exception>
    public static SortedDictionary<string, Hash> Parse(ReadOnlySpan<byte> file)
    {
        var sums = new SortedDictionary<string, Hash>(StringComparer.Ordinal);
        var last = "";
        while (!file.IsEmpty)
        {
            var end = file.IndexOf((byte)'\n');
            var line = end < 0 ? "" : Encoding.Latin1.GetString(file[..end]);
            if (line.Length <= HexDigits + 2 || !Hash.TryParseHex(line.AsSpan(0, HexDigits), out var hash)
                || line.AsSpan(HexDigits, 2) is not "  " || !PackageNames.IsAllowed(line[(HexDigits + 2)..]))
                throw Malformed($"line {sums.Count + 1}", "is not 64 lower-case hex digits, two spaces, a name of [A-Za-z0-9._/-] and a line feed");
            var name = line[(HexDigits + 2)..];
            if (string.CompareOrdinal(last, name) >= 0)
                throw Malformed($"line {sums.Count + 1}", "is doubled or not sorted by the bytes of its name");
            sums.Add(name, hash);
            last = name;
            file = file[(end + 1)..];
        }

        return sums;
    }

    public static byte[] Write(SortedDictionary<string, Hash> sums)
    {
        var text = new StringBuilder();
        foreach (var (name, hash) in sums)
            text.Append(CultureInfo.InvariantCulture, $"{hash}  {name}\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static MalformedException Malformed(string field, string problem) => new(PackageNames.Sums, field, problem);
}
