namespace Notary.Cli;

/// <summary>Documents for who has none at hand.</summary>
internal static class Sample
{
    private static readonly (string Path, string Text)[] Files =
    [
        ("formula.txt", "Compound 7: 3 parts A, 1 part B, heated to 84 degrees for 40 minutes.\n"),
        ("customers.csv", "name,city,since\nExample Works,Hangzhou,2019\nSample Ltd,Leeds,2021\n"),
        ("designs/rotor.txt", "Blade angle 11.4 degrees, 23 blades, tip clearance 0.35 mm.\n"),
    ];

    /// <returns>The folder.</returns>
    public static string Write(string folder)
    {
        foreach (var (path, text) in Files)
        {
            var full = Path.Join(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }

        return folder;
    }
}
