using System.Text;

namespace Notary.Core;

/// <summary>Reads a package file by file; what the files say of each other is checked here, what they prove is not.</summary>
internal sealed class EvidenceReader
{
    private const string Document = "evidence";
    private const int SeedFileBytes = 2 * Hash.Size + 1;

    private readonly StrictZip zip;
    private readonly CancellationToken cancellation;

    // Entries nobody has claimed yet. Every read takes its entry out; what is left is not evidence.
    private readonly Dictionary<string, ZipEntry> unread;

    private EvidenceReader(StrictZip zip, CancellationToken cancellation)
    {
        this.zip = zip;
        this.cancellation = cancellation;
        unread = zip.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    public static Evidence Read(Stream stream, CancellationToken cancellation)
    {
        stream.Position = 0;
        var first = stream.ReadByte();
        // A ZIP begins with 'P'; JSON with '{' or white space.
        if (first is '{' or ' ' or '\t' or '\r' or '\n')
            return Evidence.FromCertificate(ReadCertificate(stream));
        return new EvidenceReader(StrictZip.Open(stream, cancellation), cancellation).Read();
    }

    private static Certificate ReadCertificate(Stream stream)
    {
        if (stream.Length > EvidenceLimits.CertificateBytes)
            throw new MalformedException("certificate", null, $"has {stream.Length:N0} bytes (limit {EvidenceLimits.CertificateBytes:N0})");
        var json = new byte[stream.Length];
        stream.Position = 0;
        stream.ReadExactly(json);
        return Certificate.Parse(json);
    }

    private Evidence Read()
    {
        var certificate = Certificate.Parse(Take(EvidenceNames.Certificate, EvidenceLimits.CertificateBytes)
            ?? throw Malformed(EvidenceNames.Certificate, "is missing; it must lie at the top of the package, in no folder"));
        CheckTexts(certificate);
        var manifest = TakeManifest();
        var seed = TakeSeed();
        var openings = TakeOpenings();
        if (manifest is null != seed is null)
            throw Malformed(manifest is null ? EvidenceNames.Manifest : EvidenceNames.Seed, "is missing beside the other of the two");
        if (manifest is not null && openings.Count > 0)
            throw Malformed(EvidenceNames.Openings, "stands beside manifest.txt, which opens every item already");
        var attachments = TakeFiles(name => EvidenceNames.TryGetOrder(name, out _), EvidenceLimits.AttachmentBytes);
        var pages = TakeFiles(EvidenceNames.IsPage, EvidenceLimits.PageBytes);
        var unknown = CheckUnknown();

        var evidence = manifest is not null && seed is { } bytes
            ? Evidence.Create(certificate, manifest, bytes)
            : Evidence.Disclose(certificate, openings);
        return evidence.WithAttachments(attachments).WithPages(pages).WithUnknown(unknown);
    }

    // The certificate decides. A text that differed would show a person something else than what a verifier checks.
    private void CheckTexts(Certificate certificate)
    {
        foreach (var (name, text) in EvidenceWriter.Texts(certificate))
        {
            var expected = TextRules.Utf8.GetBytes(text);
            var bytes = Take(name, expected.Length) ?? throw Malformed(name, "is missing");
            if (!bytes.AsSpan().SequenceEqual(expected))
                throw Malformed(name, "differs from what certificate.json holds");
        }
        foreach (var name in new[] { EvidenceNames.Claims, EvidenceNames.Request })
        {
            if (unread.ContainsKey(name))
                throw Malformed(name, "is given, but certificate.json withholds it");
        }
    }

    private Manifest? TakeManifest()
    {
        if (!unread.Remove(EvidenceNames.Manifest, out var entry))
            return null;
        if (entry.Header.Size > EvidenceLimits.ManifestBytes)
            throw Malformed(entry.Name, $"has {entry.Header.Size:N0} bytes (limit {EvidenceLimits.ManifestBytes:N0})");
        using var stream = zip.OpenContent(entry);
        return ManifestFile.Read(stream, cancellation);
    }

    private Hash? TakeSeed()
    {
        if (Take(EvidenceNames.Seed, SeedFileBytes) is not { } bytes)
            return null;
        return bytes is [.. var hex, (byte)'\n'] && Hash.TryParseHex(Encoding.Latin1.GetString(hex), out var seed)
            ? seed
            : throw Malformed(EvidenceNames.Seed, "is not 64 lower-case hex digits and a line feed");
    }

    private List<KeyValuePair<Hash, Opening>> TakeOpenings()
    {
        var openings = new List<KeyValuePair<Hash, Opening>>();
        foreach (var name in unread.Keys.ToArray())
        {
            if (EvidenceNames.IsOpening(name, out var leaf) && Take(name, Limits.OpeningBytes) is { } bytes)
                openings.Add(KeyValuePair.Create(leaf, Opening.Parse(ToText(name, bytes))));
        }

        return openings;
    }

    private List<Attachment> TakeFiles(Func<string, bool> isOne, int limit)
    {
        var files = new List<Attachment>();
        foreach (var name in unread.Keys.ToArray())
        {
            if (isOne(name) && Take(name, limit) is { } bytes)
                files.Add(new Attachment(name, bytes));
        }

        return files;
    }

    // Unpacked too, although nobody will read it: a streaming reader that finds its end elsewhere would find other
    // files behind it.
    private List<string> CheckUnknown()
    {
        var unknown = new List<string>();
        var buffer = new byte[64 << 10];
        foreach (var entry in zip.Entries.Where(entry => unread.ContainsKey(entry.Name)))
        {
            using var stream = zip.OpenContent(entry);
            while (stream.Read(buffer) > 0)
                cancellation.ThrowIfCancellationRequested();
            if (!EvidenceNames.IsFolder(entry.Name))
                unknown.Add(entry.Name);
        }

        return unknown;
    }

    private byte[]? Take(string name, long limit)
    {
        cancellation.ThrowIfCancellationRequested();
        return unread.Remove(name, out var entry) ? zip.ReadAll(entry, limit) : null;
    }

    private static string ToText(string name, byte[] bytes)
    {
        try
        {
            return TextRules.Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed(name, "is not UTF-8");
        }
    }

    private static MalformedException Malformed(string file, string problem) => new(Document, file, problem);
}
