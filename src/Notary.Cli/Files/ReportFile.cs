using Notary.Documents;

namespace Notary.Cli;

/// <summary>A report that a verb was asked to write: the name's ending says in which form.</summary>
internal sealed class ReportFile
{
    private readonly string path;
    private readonly Func<VerificationRun, byte[]> render;

    private ReportFile(string path, Func<VerificationRun, byte[]> render) => (this.path, this.render) = (path, render);

    /// <summary>Looks, before anything is hashed, whether the reports can be written.</summary>
    /// <exception cref="CliException">An ending that is none, or a name that is taken.</exception>
    public static IReadOnlyList<ReportFile> Plan(IReadOnlyList<string> paths)
    {
        var problems = new List<string>();
        var files = new List<ReportFile>();
        foreach (var path in paths)
        {
            if (Form(path) is not { } render)
                problems.Add($"--report {path}: ends in none of .pdf, .html and .json");
            else if (Path.Exists(path) || files.Exists(file => Path.GetFullPath(file.path) == Path.GetFullPath(path)))
                problems.Add($"--report {path}: is there already, and is not overwritten");
            else
                files.Add(new ReportFile(path, render));
        }

        return problems.Count == 0 ? files : throw new CliException(ExitCode.Input, problems);
    }

    /// <exception cref="CliException">It cannot be written.</exception>
    public void Write(VerificationRun run) => NewFile.Write(path, DurableFile.Private, stream => stream.Write(render(run)));

    private static Func<VerificationRun, byte[]>? Form(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PDF" => ReportPdf.Write,
        ".HTML" => ReportPage.Html,
        ".JSON" => ReportJson.Write,
        _ => null,
    };
}
