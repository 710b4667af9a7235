using System.Text;

namespace Notary.Core;

/// <summary>Writes the files of a package in the one order that equal bytes need.</summary>
internal static class EvidenceWriter
{
    public static void Write(Evidence evidence, Stream output)
    {
        var certificate = evidence.Certificate;
        var json = certificate.ToJson();
        var zip = new StoredZipWriter(output);
        zip.Add(EvidenceNames.Certificate, json);
        foreach (var (name, text) in Texts(certificate))
            zip.Add(name, TextRules.Utf8.GetBytes(text));
        if (evidence is { Manifest: { } manifest, Seed: { } seed })
        {
            zip.Add(EvidenceNames.Manifest, stream => ManifestFile.Write(manifest, stream));
            zip.Add(EvidenceNames.Seed, Encoding.ASCII.GetBytes($"{seed}\n"));
        }
        foreach (var (leaf, opening) in evidence.Openings)
            zip.Add(EvidenceNames.Opening(leaf), TextRules.Utf8.GetBytes(opening.ToText()));
        foreach (var attachment in evidence.Attachments)
            zip.Add(attachment.Name, attachment.Content);
        foreach (var page in evidence.Pages)
            zip.Add(page.Name, page.Content);
        zip.Finish();
    }

    /// <summary>The files that repeat the certificate's texts, so that they can be read and hashed without a JSON reader.</summary>
    /// <exception cref="MalformedException">The proof holds no checkpoint.</exception>
    public static IEnumerable<(string Name, string Text)> Texts(Certificate certificate)
    {
        yield return (EvidenceNames.Statement, certificate.Statement);
        if (certificate.Claims is { } claims)
            yield return (EvidenceNames.Claims, claims);
        if (certificate.Request is { } request)
            yield return (EvidenceNames.Request, request);
        yield return (EvidenceNames.Proof, certificate.Proof);
        yield return (EvidenceNames.Checkpoint, certificate.Checkpoint
            ?? throw new MalformedException("tlog-proof", null, "has no empty line before its checkpoint"));
    }
}
