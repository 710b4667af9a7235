using System.Globalization;

namespace Notary.Core;

/// <summary><c>notary.item/v1</c>: what the depositor says of one document. Private until it is disclosed.</summary>
public sealed record ItemText
{
    internal const string Document = "notary.item/v1";

    /// <summary>Relative, forward slashes, as the file system gives it; at most 1,024 bytes.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes in the document.</summary>
    public required ulong Size { get; init; }

    /// <summary>The file system's time of last change: claimed, not verified.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>What sha256sum prints.</summary>
    public required Hash Sha256 { get; init; }

    /// <summary>SM3 of the same bytes, where the depositor stated it.</summary>
    public Hash? Sm3 { get; init; }

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static ItemText Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.ItemBytes);
        var item = new ItemText
        {
            Path = fields.Required("path"),
            Size = fields.RequiredNumber("size"),
            Modified = fields.RequiredTime("modified"),
            Sha256 = fields.RequiredHash("sha256"),
            Sm3 = fields.OptionalHash("sm3"),
        };
        fields.End();
        return TextRules.PathProblem(item.Path) is { } problem ? throw fields.Error("path", problem) : item;
    }

    public string ToText()
    {
        var sm3 = Sm3 is { } digest ? $"sm3 {digest}\n" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Document}\npath {Path}\nsize {Size}\nmodified {Timestamp.Format(Modified)}\nsha256 {Sha256}\n{sm3}");
    }
}
