using System.Text;

namespace Notary.Core;

/// <summary>One step of a folder path.</summary>
/// <param name="Left">Whether the sibling stands on the left.</param>
/// <param name="Sibling">Its hash.</param>
public readonly record struct PathStep(bool Left, Hash Sibling);

/// <summary>
/// <c>notary.opening/v1</c>: what opens one item of a commitment and none of the others. Either the item text is shown
/// (with its nonce), or only its commitment (the document without its name).
/// </summary>
public sealed record Opening
{
    private const string Document = "notary.opening/v1";

    /// <summary>Blinds the content commitment.</summary>
    public required Hash ContentNonce { get; init; }

    /// <summary>Blinds the metadata commitment; given exactly when <see cref="Item"/> is.</summary>
    public Hash? MetadataNonce { get; init; }

    /// <summary>The metadata commitment itself, when the item text is not shown.</summary>
    public Hash? Metadata { get; init; }

    /// <summary>From leaf to root, at most 64.</summary>
    public required IReadOnlyList<PathStep> Path { get; init; }

    public ItemText? Item { get; init; }

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static Opening Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.OpeningBytes);
        var contentNonce = fields.RequiredHash("content-nonce");
        var metadataNonce = fields.OptionalHash("metadata-nonce");
        var metadata = metadataNonce is null ? fields.RequiredHash("metadata") : (Hash?)null;
        var path = new List<PathStep>();
        while (ReadStep(fields) is { } step)
        {
            if (path.Count == Limits.ProofHashes)
                throw fields.Error("path", $"has more than {Limits.ProofHashes} steps");
            path.Add(step);
        }

        ItemText? item = null;
        if (metadataNonce is not null)
        {
            if (!fields.SkipEmptyLine())
                throw fields.Error("metadata-nonce", "is not followed by an empty line and the item text");
            item = ItemText.Parse(fields.Rest());
        }
        else
        {
            fields.End();
        }

        return new Opening { ContentNonce = contentNonce, MetadataNonce = metadataNonce, Metadata = metadata, Path = path, Item = item };
    }

    public string ToText()
    {
        if ((Item is null) == (MetadataNonce is not null) || (Item is null) == (Metadata is null))
            throw new InvalidOperationException("An opening shows the item text with its nonce, or the metadata commitment alone.");
        var text = new StringBuilder(Document).Append("\ncontent-nonce ").Append(ContentNonce.ToString()).Append('\n');
        if (MetadataNonce is { } nonce)
            text.Append("metadata-nonce ").Append(nonce.ToString()).Append('\n');
        if (Metadata is { } metadata)
            text.Append("metadata ").Append(metadata.ToString()).Append('\n');
        foreach (var step in Path)
            text.Append(step.Left ? "left " : "right ").Append(step.Sibling.ToString()).Append('\n');
        if (Item is not null)
            text.Append('\n').Append(Item.ToText());
        return text.ToString();
    }

    private static PathStep? ReadStep(FieldReader fields)
    {
        if (fields.OptionalHash("left") is { } left)
            return new PathStep(true, left);
        return fields.OptionalHash("right") is { } right ? new PathStep(false, right) : null;
    }
}
