namespace Notary.Documents;

/// <summary>The fonts that this assembly ships, as files: whoever renders a certificate again elsewhere needs the same bytes.</summary>
public static class FontFiles
{
    /// <summary>Latin, Greek and Cyrillic.</summary>
    public static byte[] Text => Read("OpenSans-Regular.ttf");

    /// <summary>Chinese.</summary>
    public static byte[] Chinese => Read("DroidSansFallbackFull.ttf");

    /// <summary>For what is compared or typed.</summary>
    public static byte[] Fixed => Read("DejaVuSansMono.ttf");

    private static byte[] Read(string file)
    {
        using var stream = typeof(FontFiles).Assembly.GetManifestResourceStream("font/" + file)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
