namespace Notary.Core;

/// <summary>
/// The names inside a package that discloses some items of a deposit, and the rule for all of them: they are safe in
/// every file system, shell and script, and look the same in every language's.
/// </summary>
public static class PackageNames
{
    /// <summary>The SHA-256 of every other file, as sha256sum prints and checks it. Its presence makes a zip a package.</summary>
    public const string Sums = "MANIFEST.sha256";

    /// <summary>The certificate as a page: evidence's, but where a reader looks first.</summary>
    public const string Page = "01_certificate/" + Evidence.HtmlPage;

    /// <summary>The disclosed documents themselves, where they were included.</summary>
    public const string Documents = "02_files/";

    /// <summary>The evidence, with the names that it has in <c>&lt;name&gt;.evidence.zip</c>.</summary>
    public const string Proofs = "03_proofs/";

    /// <summary>Bytes of a name.</summary>
    public const int MaxBytes = 200;

    /// <summary>1 to 200 characters of <c>[A-Za-z0-9._/-]</c>, in segments that are not empty and do not end in '.'.</summary>
    public static bool IsAllowed(string name)
    {
        if (name.Length is 0 or > MaxBytes || !name.All(IsAllowed))
            return false;
        foreach (var segment in name.AsSpan().Split('/'))
        {
            if (name.AsSpan(segment) is "" or [.., '.'])
                return false;
        }

        return true;
    }

    /// <summary>A document's name in the package: a number, and as much of the name as every file system takes.</summary>
    /// <param name="number">Of the document in the package, from 1.</param>
    /// <param name="path">Its path in the deposit; null when that is not shown.</param>
    public static string Document(int number, string? path)
    {
        const int longest = 80;
        var label = path is null ? "" : $"_{path[(path.LastIndexOf('/') + 1)..]}";
        var safe = string.Concat(label.Select(character => IsAllowed(character) && character != '/' ? character : '_')).TrimEnd('.');
        // The end is kept: it says what kind of document it is.
        return $"{Documents}{number:D3}{(safe.Length > longest ? $"_{safe[^longest..]}" : safe)}";
    }

    private static bool IsAllowed(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' or '/';
}
