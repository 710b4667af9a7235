namespace Notary.Documents;

/// <summary>How a page looks, on a screen and on A4.</summary>
internal static class HtmlStyle
{
    /// <summary>
    /// One style sheet in the page itself: nothing is fetched, now or in thirty years. A file of its own, since src/Notary.Web writes the
    /// same pages.
    /// </summary>
    public static readonly string Css = Read();

    private static string Read()
    {
        using var reader = new StreamReader(typeof(HtmlStyle).Assembly.GetManifestResourceStream("html/page.css")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd('\n');
    }
}
