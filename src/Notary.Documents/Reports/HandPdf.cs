using Notary.Core;

namespace Notary.Documents;

/// <summary>The checks of a certificate.pdf itself as commands, with poppler's tools.</summary>
internal static class HandPdf
{
    public static Listing Attached(HandFacts facts) => new(
        new(
            "The certificate that is attached; its SHA-256 stands on the pages, among the values to compare",
            "所附的证书；其 SHA-256 载于页面的“比对值”中"),
        "pdfdetach -save 1 -o \"$E.json\" \"$EVIDENCE\"\nsha256sum < \"$E.json\"\n",
        $"{Hash.Of(facts.Evidence.Certificate.ToJson())}  -\n");

    public static IEnumerable<Block> Seal(HandFacts facts)
    {
        if (facts.Inputs.OfFile.First(check => check.Name == CheckNames.Seal) is not { Result: not CheckResult.Fail } check || check == SealCheck.None)
            yield break;
        yield return new Listing(
            new("The seal is whole and covers the file; pdfsig alone shows whose certificate it is", "签章完好并覆盖整个文件；单独运行 pdfsig 可见其证书"),
            "pdfsig -nocert \"$EVIDENCE\" | grep -c -E 'Total document signed|Signature is Valid'\n",
            "2\n");
    }
}
