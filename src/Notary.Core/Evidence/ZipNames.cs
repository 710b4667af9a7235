using System.Text;

namespace Notary.Core;

/// <summary>
/// The names of one ZIP's entries: each safe to extract anywhere, and no two that a file system may take for one.
/// </summary>
internal static class ZipNames
{
    /// <summary>Reads one name. A folder's ends with '/'.</summary>
    /// <exception cref="MalformedException">It breaks a rule.</exception>
    public static string Read(ReadOnlySpan<byte> bytes, bool utf8)
    {
        var name = Decode(bytes, utf8);
        foreach (var character in name)
        {
            if (char.IsControl(character))
                throw Refuse("an entry's name holds a control character");
        }

        if (name.AsSpan().IndexOfAny('\\', ':') >= 0)
            throw Refuse($"the name '{name}' holds '\\' or ':', which separate folders or drives elsewhere");
        var path = WithoutSlash(name);
        foreach (var range in path.Split('/'))
            CheckSegment(path[range], name);
        return name;
    }

    /// <summary>Fails when two names are equal but for capitals, or one file lies in another.</summary>
    public static void CheckDistinct(IEnumerable<string> names)
    {
        var sorted = names.Select(name => (Key: Fold(WithoutSlash(name).ToString()), Name: name)).ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 1; i < sorted.Length; i++)
        {
            var (first, second) = (sorted[i - 1], sorted[i]);
            if (first.Key == second.Key)
                throw Refuse($"the name '{second.Name}' occurs twice, capitals and small letters counted as equal");
            if (!first.Name.EndsWith('/') && second.Key.StartsWith(first.Key + Separator, StringComparison.Ordinal))
                throw Refuse($"the name '{second.Name}' lies in '{first.Name}', which is a file");
        }
    }

    // Sorts before every character that a name may hold, so that what lies in a folder comes directly after it.
    private const char Separator = '\0';

    // Kelvin sign and long s are the two characters outside ASCII whose other case is an ASCII letter; upper-casing alone
    // leaves them as they are.
    private static string Fold(string path) =>
        path.Replace('/', Separator).Replace('\u212A', 'K').Replace('\u017F', 'S').ToUpperInvariant();

    private static ReadOnlySpan<char> WithoutSlash(string name) => name.EndsWith('/') ? name.AsSpan(0, name.Length - 1) : name;

    // Without the UTF-8 flag a name is in code page 437 or in whatever the writer's machine used: readers disagree.
    private static string Decode(ReadOnlySpan<byte> bytes, bool utf8)
    {
        if (bytes.Length is 0 or > EvidenceLimits.PackageNameBytes)
            throw Refuse($"an entry's name has {bytes.Length} bytes; 1 to {EvidenceLimits.PackageNameBytes} are allowed");
        if (!utf8 && !Ascii.IsValid(bytes))
            throw Refuse("an entry's name is neither ASCII nor marked as UTF-8");
        try
        {
            return TextRules.Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Refuse("an entry's name is not UTF-8");
        }
    }

    // Also refuses a leading '/' (its first segment is empty) and what Windows would strip: "certificate.json." is
    // extracted there over certificate.json.
    private static void CheckSegment(ReadOnlySpan<char> segment, string name)
    {
        if (segment is "" or "." or "..")
            throw Refuse($"the name '{name}' has an empty, '.' or '..' segment, or begins with '/'");
        if (segment[^1] is '.' or ' ')
            throw Refuse($"the name '{name}' has a segment that ends in '.' or ' ', which Windows drops");
    }

    // The problem quotes the name, which may hold direction marks.
    private static MalformedException Refuse(string problem) => StrictZip.Refuse(null, TextRules.Escape(problem));
}
