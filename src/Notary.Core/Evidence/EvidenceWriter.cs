using System.Text;

namespace Notary.Core;

/// <summary>Writes the files of a package in the one order that equal bytes need.</summary>
internal static class EvidenceWriter
{
    public static void Write(Evidence evidence, Stream output)
    {
        var zip = new StoredZipWriter(output);
        foreach (var (name, write) in Files(evidence))
            zip.Add(name, write);
        zip.Finish();
    }

    /// <summary>Every file with what writes it, in order.</summary>
    public static IEnumerable<(string Name, Action<Stream> Write)> Files(Evidence evidence)
    {
        var certificate = evidence.Certificate;
        yield return File(EvidenceNames.Certificate, certificate.ToJson());
        foreach (var (name, text) in Texts(certificate))
            yield return File(name, TextRules.Utf8.GetBytes(text));
        if (evidence is { Manifest: { } manifest, Seed: { } seed })
        {
            yield return (EvidenceNames.Manifest, stream => ManifestFile.Write(manifest, stream));
            yield return File(EvidenceNames.Seed, Encoding.ASCII.GetBytes($"{seed}\n"));
        }

        if (evidence.Context is { } context)
            yield return File(EvidenceNames.Context, StrictText.Encode(context.ToText()));
        foreach (var (leaf, opening) in evidence.Openings)
            yield return File(EvidenceNames.Opening(leaf), TextRules.Utf8.GetBytes(opening.ToText()));
        foreach (var (name, content) in TimestampFiles.Of(certificate))
            yield return File(name, content);
        foreach (var attachment in evidence.Attachments)
            yield return File(attachment.Name, attachment.Content);
        foreach (var page in evidence.Pages)
            yield return File(page.Name, page.Content);
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

    private static (string Name, Action<Stream> Write) File(string name, ReadOnlyMemory<byte> content) =>
        (name, stream => stream.Write(content.Span));
}
