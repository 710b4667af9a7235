using System.Text;
using Notary.Core;
using Notary.Documents;

namespace Notary.Tests.Support;

/// <summary>Evidence with a certificate.html in it: each that the program may have written, and others, for the verifier of the page and ours to agree on.</summary>
internal static class PageHtmlCases
{
    private static readonly byte[] Trust = Encoding.UTF8.GetBytes(
        $"log {FormatVectors.V1.Text("vkey")}\nwitness one {new TestWitness("witness.example/a").Verifier}\nwitness two {new TestWitness("witness.example/b").Verifier}\nquorum none\n");

    public static IEnumerable<PageCase> All()
    {
        PageCase[] samples = [.. PageCases.Vectors(), .. PageCases.Samples(), .. PageTimestampCases.Evidence()];
        foreach (var (name, evidence) in samples.Select(one => (one.Name, PagePdfCases.Read(one))).DistinctBy(one => one.Item2 is { } read ? Hash.Of(read.Certificate.ToJson()) : default))
        {
            if (evidence is null)
                continue;
            foreach (var (kind, page) in Pages(evidence))
                yield return new($"{name}, {kind}", EvidenceSamples.Pack(evidence.WithPages([new Attachment(Evidence.HtmlPage, page)])), Trust);
        }

        foreach (var (kind, page) in Pages(EvidenceSamples.Disclosed()))
            yield return new($"package, {kind}", DisclosedPackage.Of(EvidenceSamples.Disclosed().WithPages([new Attachment(Evidence.HtmlPage, page)])).Zip(), Trust);
    }

    private static IEnumerable<(string Kind, byte[] Page)> Pages(Evidence evidence)
    {
        var trust = TrustPolicy.Parse(Trust);
        var stranger = TrustPolicy.Parse([.. Trust, .. Encoding.UTF8.GetBytes($"witness three {new TestWitness("witness.example/c").Verifier}\n")]);
        byte[] page;
        try
        {
            page = CertificatePage.Secrecy(evidence.Certificate);
        }
        catch (MalformedException)
        {
            return [("of a certificate that has none", "<!DOCTYPE html>"u8.ToArray())];
        }

        return
        [
            ("secrecy", page), ("secrecy, witnesses counted", CertificatePage.Secrecy(evidence.Certificate, trust)),
            ("secrecy, others counted", CertificatePage.Secrecy(evidence.Certificate, stranger)),
            ("disclosure", CertificatePage.Disclosure(evidence)), ("disclosure, witnesses counted", CertificatePage.Disclosure(evidence, trust)),
            ("empty", []), ("cut off", page[..^1]), ("longer", [.. page, (byte)'\n']), ("altered", [.. page[..2_000], (byte)(page[2_000] ^ 1), .. page[2_001..]]),
        ];
    }
}
