using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>The documents that a disclosure copy names.</summary>
internal static class CertificateItems
{
    /// <summary>More would make a page that nobody reads; the package lists them all.</summary>
    public const int Most = 500;

    public static IReadOnlyList<Block> Of(Evidence evidence)
    {
        var items = evidence.Manifest?.Items ?? [.. evidence.Openings.Values.Select(opening => opening.Item).OfType<ItemText>()];
        List<IReadOnlyList<Phrase>> rows = [.. items.Take(Most).Select(Row)];
        var hidden = evidence.Openings.Where(opening => opening.Value.Item is null).Select(opening => opening.Key).ToList();
        rows.AddRange(hidden.Take(Most - rows.Count).Select(Hidden));
        if (rows.Count == 0)
            return [new Prose(new("The evidence names no document.", "证据未列明任何文件。"))];
        var table = new Table(
            [new(new("Path", "路径"), 30), new(new("Bytes", "字节数"), 12), new(new("Digest", "摘要"), 38), new(new("Last changed, as claimed", "修改时间（所称）"), 20)], rows);
        var left = items.Count + hidden.Count - rows.Count;
        return left == 0 ? [table] : [table, new Prose(new(
            string.Create(CultureInfo.InvariantCulture, $"And {left:N0} more: the package lists them all."),
            string.Create(CultureInfo.InvariantCulture, $"另有 {left:N0} 项，均列于证据包中。")))];
    }

    private static IReadOnlyList<Phrase> Row(ItemText item) =>
    [
        Phrase.Foreign(item.Path),
        Phrase.Exact(item.Size.ToString(CultureInfo.InvariantCulture)),
        Phrase.Exact(item.Sm3 is { } sm3 ? $"SHA-256 {item.Sha256} SM3 {sm3}" : $"SHA-256 {item.Sha256}"),
        Phrase.Exact(Times.Line(item.Modified)),
    ];

    private static IReadOnlyList<Phrase> Hidden(Hash leaf) =>
    [
        Phrase.Of("name withheld", "名称未披露"), Phrase.Of("withheld", "未披露"), Phrase.Exact($"leaf {leaf}"), Phrase.Of("withheld", "未披露"),
    ];
}
