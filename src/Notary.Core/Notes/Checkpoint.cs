using System.Globalization;

namespace Notary.Core;

/// <summary>
/// What a ledger signs of itself (C2SP tlog-checkpoint): origin, size and root, one a line, no extension lines.
/// </summary>
/// <param name="Origin">The ledger's name, which is also its key's.</param>
/// <param name="Size">Entries in the tree.</param>
/// <param name="Root">RFC 6962 root over them.</param>
public sealed record Checkpoint(string Origin, ulong Size, Hash Root)
{
    private const string Document = "checkpoint";

    /// <param name="text">A note's text: three lines, each with its LF.</param>
    /// <exception cref="MalformedException">Another number of lines, or a line that is not what it should be.</exception>
    public static Checkpoint Parse(string text)
    {
        var lines = text.Split('\n', 5);
        if (lines.Length != 4 || lines[3].Length != 0)
            throw new MalformedException(Document, null, "has not three lines: origin, size and root");
        if (!TextRules.IsOrigin(lines[0]))
            throw new MalformedException(Document, "origin", $"is not 1 to {Limits.OriginBytes} characters of [a-z0-9./:-]");
        if (!Decimals.TryParse(lines[1], out var size))
            throw new MalformedException(Document, "size", "is not a decimal number below 2^64 without leading zeros");
        if (!Hash.TryParseBase64(lines[2], out var root))
            throw new MalformedException(Document, "root", "is not 32 bytes in base64");
        return new Checkpoint(lines[0], size, root);
    }

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root.ToBase64()}\n");
}
