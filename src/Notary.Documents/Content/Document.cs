using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// What a page says, in Chinese and English, without how it looks: the one description that every form of it (HTML, and
/// any other) is rendered from. Strings are as their authors wrote them; a renderer escapes each of them.
/// </summary>
/// <param name="Title">Its heading.</param>
/// <param name="Subtitle">Which kind or copy it is.</param>
/// <param name="Head">The fields beside the title.</param>
/// <param name="Code">The code beside the fields, or null.</param>
/// <param name="Blocks">The content, in order.</param>
/// <param name="Footer">The last line: what this page is not.</param>
public sealed record Document(
    Sentence Title, Sentence Subtitle, IReadOnlyList<Field> Head, QrCode? Code, IReadOnlyList<Block> Blocks, Sentence Footer);

/// <summary>A part of a document.</summary>
public abstract record Block
{
    private protected Block()
    {
    }
}

/// <summary>A heading and what stands under it.</summary>
/// <param name="Heading">The heading.</param>
/// <param name="Source">Whose word the section is, or null; shown beside the heading.</param>
/// <param name="Blocks">What stands under it; no sections.</param>
public sealed record Section(Sentence Heading, Sentence? Source, IReadOnlyList<Block> Blocks) : Block
{
    /// <summary>Whether print begins a new page before it.</summary>
    public bool NewPage { get; init; }
}

/// <summary>A paragraph, Chinese and English side by side.</summary>
public sealed record Prose(Sentence Words) : Block;

/// <summary>Paragraphs in a list.</summary>
public sealed record Points(IReadOnlyList<Sentence> Items) : Block;

/// <summary>Names and values.</summary>
public sealed record Fields(IReadOnlyList<Field> Items) : Block;

/// <summary>A table.</summary>
/// <param name="Columns">Headings and widths, which add up to 100.</param>
/// <param name="Rows">As many cells each as there are columns.</param>
public sealed record Table(IReadOnlyList<Column> Columns, IReadOnlyList<IReadOnlyList<Phrase>> Rows) : Block;

/// <summary>The one thing that nobody may overlook: a result, and two sentences that are never shown apart.</summary>
public sealed record Banner(Tone Tone, Sentence Word, Sentence First, Sentence Second) : Block;

/// <summary>What to type, and what must be printed then.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Commands">Lines for bash, which may be copied.</param>
/// <param name="Expected">The output, or null when there is none.</param>
public sealed record Listing(Sentence Caption, string Commands, string? Expected) : Block;

/// <summary>A text as it is, line by line.</summary>
public sealed record Verbatim(string Name, string Text) : Block;

/// <summary>A name and its values, one a line.</summary>
public sealed record Field(Sentence Label, params IReadOnlyList<Phrase> Values);

/// <param name="Heading">The heading.</param>
/// <param name="Percent">The share of the table's width.</param>
public readonly record struct Column(Sentence Heading, int Percent);

/// <summary>How a result is coloured. What is open is never coloured like what is good.</summary>
public enum Tone
{
    Plain,
    Good,
    Bad,
    Open,
}

public enum PhraseKind
{
    /// <summary>Words in two languages.</summary>
    Words,

    /// <summary>What a stranger chose, the same in both languages: a title, a name, a path.</summary>
    Foreign,

    /// <summary>What is compared character by character, the same in both languages: a hash, a number, a key.</summary>
    Exact,
}

/// <summary>A value in a field or a cell.</summary>
public readonly record struct Phrase(PhraseKind Kind, Sentence Words, Tone Tone = Tone.Plain)
{
    public static Phrase Of(string english, string chinese) => new(PhraseKind.Words, new Sentence(english, chinese));

    public static Phrase Of(Sentence words) => new(PhraseKind.Words, words);

    public static Phrase Foreign(string text) => new(PhraseKind.Foreign, new Sentence(text, text));

    public static Phrase Exact(string text) => new(PhraseKind.Exact, new Sentence(text, text));
}
