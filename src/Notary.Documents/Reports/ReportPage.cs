namespace Notary.Documents;

/// <summary>A verification report for a judge: one front page, then everything that it stands on.</summary>
public static class ReportPage
{
    /// <summary>One self-contained HTML file; the same run gives the same bytes.</summary>
    public static byte[] Html(VerificationRun run) => HtmlPage.Render(Create(run));

    /// <summary>The content, for every form that it is rendered in.</summary>
    public static Document Create(VerificationRun run) => new ReportDocument(run).Create();
}
