using Notary.Core;

namespace Notary.Documents;

/// <summary>A file that came into a verification, by the name that the verifier gave it and its SHA-256.</summary>
public sealed record NamedFile(string Name, Hash Sha256);

/// <summary>The circumstances of a verification, which a report states: the caller's, since nobody here has a clock or a disk.</summary>
/// <param name="At">Today, as the verifier's clock says.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Program">The files that the program consists of; empty when they are not known.</param>
/// <param name="Evidence">What was verified.</param>
/// <param name="Trust">The trust file.</param>
public sealed record VerificationContext(
    DateTimeOffset At, string Version, IReadOnlyList<NamedFile> Program, NamedFile Evidence, NamedFile Trust);

/// <summary>One verification: what was verified, under what, and what was found.</summary>
public sealed record VerificationRun
{
    private VerificationRun(Evidence evidence, VerifierInputs inputs, VerificationContext context, Report report)
    {
        (Evidence, Inputs, Context, Report) = (evidence, inputs, context, report);
        var opened = evidence.Openings.Count;
        Shown = evidence.Manifest is { } manifest ? (ulong)manifest.Items.Count : (ulong)opened;
    }

    public Evidence Evidence { get; }

    public VerifierInputs Inputs { get; }

    public VerificationContext Context { get; }

    /// <summary>The verifier's report, and what is to be said of the pages that came with the evidence.</summary>
    public Report Report { get; }

    /// <summary>Items that the evidence shows or opens.</summary>
    public ulong Shown { get; }

    /// <summary>Items of the deposit, as the depositor claims; null when the request is withheld or cannot be read.</summary>
    public ulong? Claimed => Readable(Evidence.Certificate.Request, text => RequestBytes.Parse(StrictText.Encode(text)))?.Request.Items;

    public static VerificationRun Verify(Evidence evidence, VerifierInputs inputs, VerificationContext context)
    {
        // Neither needs the other, and to render the pages takes as long as the checks.
        var pages = Task.Run(() => CertificatePage.Compare(evidence, inputs.Policy).ToList());
        var report = Verifier.Verify(evidence, inputs);
        return new(evidence, inputs, context, report with { Notes = [.. report.Notes, .. pages.GetAwaiter().GetResult()] });
    }

    /// <summary>A text of a stranger, or null when it is withheld or breaks its format: the checks tell which.</summary>
    internal static T? Readable<T>(string? text, Func<string, T> parse)
        where T : class
    {
        try
        {
            return text is null ? null : parse(text);
        }
        catch (Exception problem) when (problem is MalformedException or System.Text.EncoderFallbackException)
        {
            return null;
        }
    }
}
