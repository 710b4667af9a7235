using Notary.Core;

namespace Notary.Documents;

/// <summary>report.pdf: a verification report for a judge, with the report for programs and the certificate attached.</summary>
public static class ReportPdf
{
    private const string Layout = "notary report.pdf";

    /// <summary>The same run gives the same bytes.</summary>
    public static byte[] Write(VerificationRun run) => PdfDocument.Render(
        ReportPage.Create(run),
        [
            new("report.json", CertificatePdf.JsonType, "Data", "this report for programs", ReportJson.Write(run)),
            new(CertificatePdf.Json, CertificatePdf.JsonType, "Source", "the certificate that was verified", run.Evidence.Certificate.ToJson()),
        ],
        run.Context.At, Layout);
}
