using System.Text;

namespace Notary.Core;

/// <summary>
/// The names of one ZIP's entries: each safe to extract anywhere, and no two that a file system may take for one.
/// </summary>
internal sealed class ZipNames
{
    private readonly HashSet<string> files = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> folders = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads and checks the next name. A folder's ends with '/'.</summary>
    /// <exception cref="MalformedException">The name breaks a rule or collides with an earlier one.</exception>
    public string Add(ReadOnlySpan<byte> bytes, bool utf8)
    {
        var name = Decode(bytes, utf8);
        foreach (var character in name)
            if (char.IsControl(character))
                throw Refuse("an entry's name holds a control character");
        if (name.AsSpan().IndexOfAny('\\', ':') >= 0)
            throw Refuse($"the name '{name}' holds '\\' or ':', which separate folders or drives elsewhere");
        var isFolder = name.EndsWith('/');
        var path = isFolder ? name[..^1] : name;
        foreach (var range in path.AsSpan().Split('/'))
            CheckSegment(path.AsSpan(range), name);
        CheckCollision(Fold(path), isFolder, name);
        return name;
    }

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

    private void CheckCollision(string folded, bool isFolder, string name)
    {
        if (files.Contains(folded) || (isFolder ? !folders.Add(folded + '/') : folders.Contains(folded)))
            throw Refuse($"the name '{name}' occurs twice, capitals and small letters counted as equal");
        for (var slash = folded.IndexOf('/'); slash >= 0; slash = folded.IndexOf('/', slash + 1))
        {
            var parent = folded[..slash];
            if (files.Contains(parent))
                throw Refuse($"the name '{name}' lies in something that is also a file");
            folders.Add(parent);
        }
        if (isFolder)
            folders.Add(folded);
        else
            files.Add(folded);
    }

    // The two characters outside ASCII whose other case is an ASCII letter: Kelvin sign and long s.
    private static string Fold(string path) => path.Replace('\u212A', 'k').Replace('\u017F', 's');

    // The problem quotes the name, which may hold direction marks.
    private static MalformedException Refuse(string problem) => StrictZip.Refuse(null, TextRules.Escape(problem));
}
