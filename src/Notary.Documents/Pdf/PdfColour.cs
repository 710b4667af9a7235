namespace Notary.Documents;

/// <summary>A colour in sRGB, thousandths of each.</summary>
internal readonly record struct PdfColour(int Red, int Green, int Blue)
{
    public static readonly PdfColour Ink = new(100, 100, 100);
    public static readonly PdfColour Navy = new(122, 227, 373);
    public static readonly PdfColour Grey = new(333, 333, 333);
    public static readonly PdfColour Line = new(780, 800, 830);
    public static readonly PdfColour Shade = new(962, 962, 955);
    public static readonly PdfColour Good = new(110, 365, 169);
    public static readonly PdfColour Bad = new(608, 110, 110);
    public static readonly PdfColour Open = new(420, 353, 0);

    public static PdfColour Of(Tone tone) => tone switch
    {
        Tone.Good => Good,
        Tone.Bad => Bad,
        Tone.Open => Open,
        _ => Ink,
    };
}
