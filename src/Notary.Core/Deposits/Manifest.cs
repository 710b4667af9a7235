using System.Text;

namespace Notary.Core;

/// <summary>
/// <c>notary.manifest/v1</c>: the item texts of a whole deposit, sorted by the bytes of their paths, each followed by one
/// empty line.
/// </summary>
/// <param name="Items">At least one, in that order, no path twice.</param>
public sealed record Manifest(IReadOnlyList<ItemText> Items)
{
    private const string Document = "notary.manifest/v1";

    /// <summary>Sorts items as a manifest lists them.</summary>
    public static Manifest Create(IEnumerable<ItemText> items)
    {
        var sorted = items.Select(item => (Bytes: Encoding.UTF8.GetBytes(item.Path), Item: item)).ToArray();
        Array.Sort(sorted, (a, b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Item.Path == sorted[i - 1].Item.Path)
                throw new MalformedException(Document, TextRules.Escape(sorted[i].Item.Path), "occurs twice");
        }

        return new Manifest([.. sorted.Select(pair => pair.Item)]);
    }

    /// <exception cref="MalformedException">An item is malformed, out of order or doubled, or there is none.</exception>
    public static Manifest Parse(string text)
    {
        const string separator = "\n\n";
        if (!text.StartsWith(Document + "\n", StringComparison.Ordinal))
            throw new MalformedException(Document, null, $"does not begin with the line '{Document}'");
        var items = new List<ItemText>();
        for (var position = Document.Length + 1; position < text.Length;)
        {
            var end = text.IndexOf(separator, position, StringComparison.Ordinal);
            if (end < 0)
                throw new MalformedException(Document, $"item {items.Count + 1}", "is not followed by an empty line");
            var item = ItemText.Parse(text[position..(end + 1)]);
            if (items.Count > 0 && Compare(items[^1].Path, item.Path) >= 0)
                throw new MalformedException(Document, $"item {items.Count + 1}", "is doubled or not sorted by the bytes of its path");
            items.Add(item);
            position = end + separator.Length;
        }

        return items.Count > 0 ? new Manifest(items) : throw new MalformedException(Document, null, "holds no item");
    }

    public string ToText()
    {
        var text = new StringBuilder(Document).Append('\n');
        foreach (var item in Items)
            text.Append(item.ToText()).Append('\n');
        return text.ToString();
    }

    private static int Compare(string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
}
