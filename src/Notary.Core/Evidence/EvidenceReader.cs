using System.Text;

namespace Notary.Core;

/// <summary>Reads a package file by file; what the files say of each other is checked here, what they prove is not.</summary>
internal sealed class EvidenceReader
{
    private const string Document = "evidence";
    private const int SeedFileBytes = 2 * Hash.Size + 1;

    private readonly StrictZip zip;
    private readonly CancellationToken cancellation;

    // The package around the evidence, and the folder in it that holds the evidence; or null and "".
    private readonly PackageReader? package;
    private readonly string folder;

    // Entries nobody has claimed yet. Every read takes its entry out; what is left is not evidence.
    private readonly Dictionary<string, ZipEntry> unread;

    private EvidenceReader(StrictZip zip, CancellationToken cancellation)
    {
        this.zip = zip;
        this.cancellation = cancellation;
        package = PackageReader.Open(zip, cancellation);
        folder = package is null ? "" : PackageNames.Proofs;
        unread = package is null
            ? zip.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal)
            : new Dictionary<string, ZipEntry>(package.Proofs, StringComparer.Ordinal);
    }

    public static Evidence Read(Stream stream, CancellationToken cancellation) => Read(stream, items: null, cancellation);

    /// <summary>The same without keeping the items of a whole deposit: they are handed on one by one, in their order.</summary>
    /// <param name="stream">As for <see cref="Read(Stream, CancellationToken)"/>.</param>
    /// <param name="items">Called once if there are any, after the certificate's texts were compared; it takes all of them.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The evidence without manifest and seed.</returns>
    public static Evidence ReadWithoutItems(
        Stream stream, Action<Certificate, Hash, IEnumerable<ItemText>> items, CancellationToken cancellation) => Read(stream, items, cancellation);

    private static Evidence Read(Stream stream, Action<Certificate, Hash, IEnumerable<ItemText>>? items, CancellationToken cancellation)
    {
        stream.Position = 0;
        var first = stream.ReadByte();
        // A ZIP begins with 'P'; JSON with '{' or white space.
        if (first is '{' or ' ' or '\t' or '\r' or '\n')
            return Evidence.FromCertificate(ReadCertificate(stream));
        return new EvidenceReader(StrictZip.Open(stream, cancellation), cancellation).Read(items);
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

    private Evidence Read(Action<Certificate, Hash, IEnumerable<ItemText>>? items)
    {
        var json = Take(EvidenceNames.Certificate, EvidenceLimits.CertificateBytes)
            ?? throw Malformed(EvidenceNames.Certificate, "is missing; it must lie at the top of the package, in no folder");
        var certificate = Certificate.Parse(json);
        CheckTexts(certificate);
        if (package is not null)
            CheckPackaged(certificate, json);
        var seed = TakeSeed();
        var hasManifest = unread.TryGetValue(EvidenceNames.Manifest, out var entry);
        if (hasManifest == seed is null)
            throw Malformed(hasManifest ? EvidenceNames.Seed : EvidenceNames.Manifest, "is missing beside the other of the two");
        Manifest? manifest = null;
        ItemText? contextItem = null;
        if (hasManifest && items is null)
            manifest = TakeManifest(entry!, ManifestFile.Read);
        else if (hasManifest)
            TakeManifest(entry!, (stream, _) => { items!(certificate, seed!.Value, ManifestFile.Items(stream, cancellation).Select(Passing)); return 0; });
        var openings = TakeOpenings();
        if (hasManifest && openings.Count > 0)
            throw Malformed(EvidenceNames.Openings, "stands beside manifest.txt, which opens every item already");
        var attachments = TakeFiles(name => EvidenceNames.IsOpenTimestamp(name, out _), EvidenceLimits.AttachmentBytes);
        var pages = TakeFiles(EvidenceNames.IsPage, EvidenceLimits.PageBytes);
        var evidence = manifest is not null
            ? Evidence.Create(certificate, manifest, seed!.Value)
            : Evidence.Disclose(certificate, openings);
        if (TakeContext(contextItem ?? evidence.Find(ContextRecord.ItemPath)) is { } context)
            evidence = evidence.KeepContext(context);
        var unknown = CheckUnknown();
        evidence = evidence.WithAttachments(attachments).WithPages(pages).WithUnknown(unknown);
        return package is null ? evidence : evidence.InPackage(package.ReadDocuments(Verifier.NeedsSm3(evidence)));

        ItemText Passing(ItemText item)
        {
            contextItem = item.Path == ContextRecord.ItemPath ? item : contextItem;
            return item;
        }
    }

    // A script compares the texts with the certificate by writing it anew: there is one spelling that it can write.
    private void CheckPackaged(Certificate certificate, byte[] json)
    {
        if (!certificate.ToJson().AsSpan().SequenceEqual(json))
            throw Malformed(EvidenceNames.Certificate, "is not written as this format writes it");
        foreach (var name in new[] { EvidenceNames.Manifest, EvidenceNames.Seed })
        {
            if (unread.ContainsKey(name))
                throw Malformed(name, "is given, but a package discloses single items by openings");
        }
    }

    // The certificate decides. A text that differed would show a person something else than what a verifier checks.
    private void CheckTexts(Certificate certificate)
    {
        foreach (var (name, text) in EvidenceWriter.Texts(certificate))
            CheckCopy(name, TextRules.Utf8.GetBytes(text));
        foreach (var (name, content) in TimestampFiles.Of(certificate))
            CheckCopy(name, content.Span);
        foreach (var name in new[] { EvidenceNames.Claims, EvidenceNames.Request })
        {
            if (unread.ContainsKey(name))
                throw Malformed(name, "is given, but certificate.json withholds it");
        }
    }

    private void CheckCopy(string name, ReadOnlySpan<byte> expected)
    {
        var bytes = Take(name, expected.Length) ?? throw Malformed(name, "is missing");
        if (!bytes.AsSpan().SequenceEqual(expected))
            throw Malformed(name, "differs from what certificate.json holds");
    }

    private T TakeManifest<T>(ZipEntry entry, Func<Stream, CancellationToken, T> read)
    {
        unread.Remove(EvidenceNames.Manifest);
        if (entry.Header.Size > EvidenceLimits.ManifestBytes)
            throw Malformed(EvidenceNames.Manifest, $"has {entry.Header.Size:N0} bytes (limit {EvidenceLimits.ManifestBytes:N0})");
        using var stream = zip.OpenContent(entry);
        return read(stream, cancellation);
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

    /// <summary>
    /// The context record, if the evidence shows an item of its path and this is that item's content. Without such an item
    /// the file is a planted one, and with content that this version cannot read a later version's: both are left to be
    /// told of as "not evidence".
    /// </summary>
    private ContextRecord? TakeContext(ItemText? item)
    {
        if (!unread.TryGetValue(EvidenceNames.Context, out var entry) || item is null)
            return null;
        var bytes = zip.ReadAll(entry, Limits.ContextBytes);
        if ((ulong)bytes.Length != item.Size || Hash.Of(bytes) != item.Sha256)
            throw Malformed(entry.Name, $"is not the content of the item {ContextRecord.ItemPath}");
        try
        {
            var context = ContextRecord.Parse(ToText(entry.Name, bytes));
            if (context.ToItem() != item)
                return null;
            unread.Remove(entry.Name);
            return context;
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    // Unpacked too, although nobody will read it: a streaming reader that finds its end elsewhere would find other
    // files behind it.
    private List<string> CheckUnknown()
    {
        var unknown = new List<string>(package?.Others ?? []);
        var buffer = new byte[64 << 10];
        foreach (var (name, entry) in unread.OrderBy(pair => pair.Value.DataStart))
        {
            using var stream = zip.OpenContent(entry);
            while (stream.Read(buffer) > 0)
                cancellation.ThrowIfCancellationRequested();
            if (!EvidenceNames.IsFolder(name))
                unknown.Add(entry.Name);
        }

        return unknown;
    }

    private byte[]? Take(string name, long limit)
    {
        cancellation.ThrowIfCancellationRequested();
        return unread.Remove(name, out var entry) ? zip.ReadAll(entry, limit) : null;
    }

    private string ToText(string name, byte[] bytes)
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

    private MalformedException Malformed(string file, string problem) => new(Document, folder + file, problem);
}
