using Notary.Core;

namespace Notary.Documents;

/// <summary>report.pdf: a verification report for a judge, with the report for programs and the certificate attached.</summary>
public static class ReportPdf
{
    private const string Layout = "notary report.pdf";

    /// <summary>The same run gives the same bytes.</summary>
    public static byte[] Write(VerificationRun run) => Render(run, null).Bytes;

    /// <summary>The report sealed, by whoever made it.</summary>
    /// <param name="run">What was found.</param>
    /// <param name="sealer">Who seals.</param>
    /// <param name="time">The sealer's clock.</param>
    /// <param name="cancellation">Ends the waiting for a time-stamp.</param>
    public static Task<byte[]> SealAsync(VerificationRun run, Sealer sealer, DateTimeOffset time, CancellationToken cancellation) =>
        PdfSealing.SealAsync(seal => Render(run, seal), sealer, time, cancellation);

    private static PdfRendering Render(VerificationRun run, PdfSeal? seal)
    {
        var document = ReportPage.Create(run);
        return PdfDocument.Render(
            document with { Blocks = [.. document.Blocks, PdfSeal.Words(seal)] },
            [
                new("report.json", CertificatePdf.JsonType, "Data", "this report for programs", ReportJson.Write(run)),
                new(CertificatePdf.Json, CertificatePdf.JsonType, "Source", "the certificate that was verified", run.Evidence.Certificate.ToJson()),
            ],
            run.Context.At, Layout, seal?.Place);
    }
}
