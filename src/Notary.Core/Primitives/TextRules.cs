using System.Buffers;
using System.Text;

namespace Notary.Core;

/// <summary>The grammar of single values in the <c>notary.*</c> texts.</summary>
public static class TextRules
{
    private static readonly SearchValues<char> OriginCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789./:-");

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    // Built from numbers: written as characters, some of them could not be seen here, and the direction marks would
    // reorder this very line.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(Characters(
        (0x0000, 0x001F), (0x007F, 0x009F), (0x2028, 0x2029), (0xFEFF, 0xFEFF)));

    private static readonly SearchValues<char> DirectionMarks = SearchValues.Create(Characters(
        (0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069)));

    /// <summary>UTF-8 that throws instead of replacing: no byte is lost on the way in, no surrogate on the way out.</summary>
    internal static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A ledger's name: a schema-less URL prefix of <c>[a-z0-9./:-]</c>, 1 to 255 bytes (C2SP tlog-checkpoint).</summary>
    public static bool IsOrigin(string value) =>
        value.Length is > 0 and <= Limits.OriginBytes && !value.AsSpan().ContainsAnyExcept(OriginCharacters);

    /// <summary>An account id: <c>[a-z0-9-]</c>, 1 to 64 characters.</summary>
    public static bool IsAccount(string value) =>
        value.Length is > 0 and <= Limits.AccountCharacters && !value.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>The kind of a deposit: <c>[a-z0-9-]</c>, 1 to 32 characters.</summary>
    public static bool IsKind(string value) =>
        value.Length is > 0 and <= Limits.KindCharacters && !value.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>What is wrong with a value of free text, or null: empty, a space at an end, a forbidden character.</summary>
    public static string? TextProblem(ReadOnlySpan<char> value)
    {
        if (value.Length == 0)
            return "is empty";
        if (value[0] == ' ' || value[^1] == ' ')
            return "begins or ends with a space";
        var at = value.IndexOfAny(Forbidden);
        if (at >= 0)
            return $"holds the forbidden character U+{(int)value[at]:X4}";
        return IsWellFormed(value) ? null : "holds an unpaired surrogate";
    }

    /// <summary>As <see cref="TextProblem"/>, for titles and names that people read: no direction marks, and a length in code points.</summary>
    public static string? TitleProblem(string value, int characters)
    {
        if (TextProblem(value) is { } problem)
            return problem;
        // A title with direction marks reads differently from what it is.
        var at = value.AsSpan().IndexOfAny(DirectionMarks);
        if (at >= 0)
            return $"holds the direction mark U+{(int)value[at]:X4}";
        var length = CodePoints(value);
        return length <= characters ? null : $"has {length} characters (limit {characters})";
    }

    /// <summary>What is wrong with an item's path, or null: forward slashes, no empty, <c>.</c> or <c>..</c> segment, at most 1,024 bytes.</summary>
    public static string? PathProblem(string value)
    {
        if (TextProblem(value) is { } problem)
            return problem;
        if (value.Contains('\\', StringComparison.Ordinal))
            return "holds a backslash";
        var bytes = Encoding.UTF8.GetByteCount(value);
        if (bytes > Limits.PathBytes)
            return $"has {bytes} bytes (limit {Limits.PathBytes})";
        foreach (var range in value.AsSpan().Split('/'))
        {
            var segment = value.AsSpan(range);
            if (segment.IsEmpty || segment is "." or "..")
                return "has an empty, '.' or '..' segment";
            if (segment[0] == ' ' || segment[^1] == ' ')
                return "has a name that begins or ends with a space";
        }

        return null;
    }

    /// <summary>
    /// The value with every forbidden character and direction mark written as <c>\u{hex}</c>, for terminals and pages:
    /// what a stranger chose must not move the cursor or reorder the line.
    /// </summary>
    public static string Escape(string value)
    {
        if (!value.AsSpan().ContainsAny(Forbidden) && !value.AsSpan().ContainsAny(DirectionMarks) && IsWellFormed(value))
            return value;
        var shown = new StringBuilder(value.Length + 16);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var paired = char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]);
            if (paired)
                shown.Append(c).Append(value[++i]);
            else if (Forbidden.Contains(c) || DirectionMarks.Contains(c) || char.IsSurrogate(c))
                shown.Append($"\\u{{{(int)c:x}}}");
            else
                shown.Append(c);
        }

        return shown.ToString();
    }

    /// <summary>Length in Unicode code points of a well-formed string.</summary>
    public static int CodePoints(string value)
    {
        var count = value.Length;
        foreach (var c in value)
        {
            if (char.IsLowSurrogate(c))
                count--;
        }

        return count;
    }

    private static bool IsWellFormed(ReadOnlySpan<char> value)
    {
        if (!value.ContainsAnyInRange('\uD800', '\uDFFF'))
            return true;
        for (var i = 0; i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i]))
                continue;
            if (i + 1 == value.Length || !char.IsSurrogatePair(value[i], value[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    private static string Characters(params (int First, int Last)[] ranges)
    {
        var all = new StringBuilder();
        foreach (var (first, last) in ranges)
        {
            for (var c = first; c <= last; c++)
                all.Append((char)c);
        }

        return all.ToString();
    }
}
