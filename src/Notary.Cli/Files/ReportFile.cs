using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary>A report that a verb was asked to write: the name's ending says in which form.</summary>
internal sealed class ReportFile
{
    private readonly string path;
    private readonly Func<VerificationRun, byte[]> render;
    private readonly Sealer? sealer;

    private ReportFile(string path, Func<VerificationRun, byte[]> render, Sealer? sealer) => (this.path, this.render, this.sealer) = (path, render, sealer);

    /// <summary>Looks, before anything is hashed, whether the reports can be written.</summary>
    /// <param name="paths">Where they go.</param>
    /// <param name="sealer">Who seals those that are PDFs; null: nobody.</param>
    /// <exception cref="CliException">An ending that is none, a name that is taken, or nothing to seal.</exception>
    public static IReadOnlyList<ReportFile> Plan(IReadOnlyList<string> paths, Sealer? sealer)
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
                files.Add(new ReportFile(path, render, IsPdf(path) ? sealer : null));
        }

        if (sealer is not null && !paths.Any(IsPdf))
            problems.Add("a seal is given, and no report.pdf that it goes onto");

        return problems.Count == 0 ? files : throw new CliException(ExitCode.Input, problems);
    }

    /// <exception cref="CliException">It cannot be written.</exception>
    public async Task WriteAsync(VerificationRun run, DateTimeOffset now, CancellationToken cancellation)
    {
        var bytes = sealer is null ? render(run) : await SealArguments.SealAsync(() => ReportPdf.SealAsync(run, sealer, now, cancellation));
        NewFile.Write(path, DurableFile.Private, stream => stream.Write(bytes));
    }

    private static bool IsPdf(string path) => Path.GetExtension(path).Equals(".pdf", StringComparison.OrdinalIgnoreCase);

    private static Func<VerificationRun, byte[]>? Form(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PDF" => ReportPdf.Write,
        ".HTML" => ReportPage.Html,
        ".JSON" => ReportJson.Write,
        _ => null,
    };
}
