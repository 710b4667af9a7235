namespace Notary.Documents;

/// <summary>
/// A piece of a page that is never torn apart: some lines of text side by side, and what is drawn behind them. A page is a
/// list of them from top to bottom.
/// </summary>
/// <param name="Height">How much of the page it takes.</param>
/// <param name="Marks">What is drawn, by places within the row.</param>
internal sealed record PdfRow(int Height, IReadOnlyList<PdfMark> Marks)
{
    /// <summary>It begins a page.</summary>
    public bool NewPage { get; init; }

    /// <summary>It stands on the page of the row behind it: a heading, a caption.</summary>
    public bool KeepWithNext { get; init; }

    /// <summary>Rows that are drawn again above this one when it begins a page: the head of its table.</summary>
    public IReadOnlyList<PdfRow> Repeat { get; init; } = [];

    public static PdfRow Gap(int height) => new(height, []);
}

/// <summary>Something drawn in a row.</summary>
internal abstract record PdfMark
{
    private protected PdfMark()
    {
    }
}

/// <summary>A line of text.</summary>
internal sealed record TextMark(int Left, int Baseline, TextLine Line) : PdfMark;

/// <summary>A filled rectangle.</summary>
internal sealed record BoxMark(int Left, int Top, int Width, int Height, PdfColour Colour) : PdfMark;

/// <summary>A QR code.</summary>
internal sealed record CodeMark(int Left, int Top, int Side, QrCode Code) : PdfMark;
