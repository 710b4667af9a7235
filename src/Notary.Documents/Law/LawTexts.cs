using Notary.Core;

namespace Notary.Documents;

/// <summary>A text about the law of evidence, or a draft to be filled in: for counsel, whom it does not replace.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Title">What it is.</param>
/// <param name="Content">UTF-8.</param>
public sealed record LawText(string Name, Sentence Title, ReadOnlyMemory<byte> Content);

/// <summary>
/// The texts that go along with evidence into a court. They say no more than was read in a primary text or, where they
/// say so, in a secondary page; what could not be established is a text of its own. Each says that it is a draft.
/// </summary>
public static class LawTexts
{
    private static readonly (string Name, Sentence Title)[] Titles =
    [
        ("articles-china.zh.txt", new("Chinese articles on deposited electronic data, and the files that each concerns (in Chinese)", "中国法条文要点与对应文件")),
        ("articles-china.en.txt", new("Chinese articles on deposited electronic data, and the files that each concerns", "中国法条文要点与对应文件（英文）")),
        ("articles-us.en.txt", new("United States: FRE 902(13) and (14), 12 V.S.A. section 1913", "美国法条文要点（英文）")),
        ("articles-us.zh.txt", new("United States: FRE 902(13) and (14), 12 V.S.A. section 1913 (in Chinese)", "美国法条文要点")),
        ("declaration-902-13.en.txt", new("Draft declaration of a qualified person, FRE 902(13)", "美国联邦证据规则 902(13) 资格人员证明草稿（英文）")),
        ("declaration-902-14.en.txt", new("Draft declaration of a qualified person, FRE 902(14)", "美国联邦证据规则 902(14) 资格人员证明草稿（英文）")),
        ("declaration-vermont-1913.en.txt", new("Draft sworn declaration, 12 V.S.A. section 1913", "佛蒙特州 12 V.S.A. 1913 宣誓声明草稿（英文）")),
        ("evidence-list.txt", new("List of evidence, blank (Evidence Provisions, art. 19)", "证据目录（空白，《证据规定》第十九条）")),
        ("nda-clause.txt", new("NDA clause that agrees on this method (Evidence Provisions, art. 94)", "保密协议条款草稿：约定电子数据的保存方式（《证据规定》第九十四条）")),
        ("not-established.txt", new("What has not been established", "未查实的事项")),
    ];

    /// <summary>All of them, in the order in which they are listed.</summary>
    public static IReadOnlyList<LawText> All { get; } = [.. Titles.Select(title => new LawText(title.Name, title.Title, Read(title.Name)))];

    /// <summary>The text of this name, its ending and language left out or not; null when there is none, or several.</summary>
    public static LawText? Find(string name)
    {
        var found = All.Where(text => text.Name == name || text.Name.StartsWith(name + ".", StringComparison.Ordinal)).Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(LawTexts).Assembly.GetManifestResourceStream("law/" + name)
            ?? throw new InvalidOperationException($"The text {name} is not in the assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
