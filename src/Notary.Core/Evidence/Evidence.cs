namespace Notary.Core;

/// <summary>
/// What a depositor keeps of one deposit, <c>&lt;name&gt;.evidence.zip</c>: the certificate, and either everything that opens
/// the commitment (manifest and seed), or the openings of some items, or neither. Read, but not verified. The package that
/// discloses some items (<see cref="PackageWriter"/>) is read as the evidence that it holds.
/// </summary>
/// <remarks>Private: whoever holds manifest and seed can open the deposit.</remarks>
public sealed class Evidence
{
    /// <summary>Name of the page that shows the certificate to people.</summary>
    public const string HtmlPage = "certificate.html";

    private Evidence(Certificate certificate) => Certificate = certificate;

    public Certificate Certificate { get; private set; }

    /// <summary>All items; null when only some are disclosed, or none.</summary>
    public Manifest? Manifest { get; private set; }

    /// <summary>32 secret bytes; given exactly when <see cref="Manifest"/> is.</summary>
    public Hash? Seed { get; private set; }

    /// <summary>The disclosed items by the leaf hash in their file's name, in the order of its bytes; nobody has checked
    /// yet that the opening gives this leaf. Empty beside a manifest.</summary>
    public IReadOnlyDictionary<Hash, Opening> Openings { get; private set; } = new SortedDictionary<Hash, Opening>();

    /// <summary>The text of the item <see cref="ContextRecord.ItemPath"/>, where the deposit has one and shows it; null elsewhere.</summary>
    public ContextRecord? Context { get; private set; }

    /// <summary>The files of <c>ots/</c>, in the order in which they are written. Those of <c>timestamps/</c> follow from the certificate.</summary>
    public IReadOnlyList<Attachment> Attachments { get; private set; } = [];

    /// <summary>
    /// The certificate as pages for people, by their known names. For reading only: they are no evidence, and nobody has
    /// compared them with the certificate yet.
    /// </summary>
    public IReadOnlyList<Attachment> Pages { get; private set; } = [];

    /// <summary>
    /// Names of files in the package that are not evidence, such as a planted report, in the package's order; to be shown
    /// escaped (<see cref="TextRules.Escape"/>). They are not written again.
    /// </summary>
    public IReadOnlyList<string> Unknown { get; private set; } = [];

    /// <summary>
    /// The documents that a package carries beside the evidence, as they were found there; they are not written again. A
    /// verifier compares them like those that it is given.
    /// </summary>
    public IReadOnlyList<GivenFile> Included { get; private set; } = [];

    /// <summary>
    /// Where the evidence lies in the zip: <see cref="PackageNames.Proofs"/> in a package that discloses, whose other files
    /// are not part of this and are not written again; else empty.
    /// </summary>
    public string Folder { get; private set; } = "";

    /// <summary>A certificate alone: it can be verified, but opens nothing.</summary>
    public static Evidence FromCertificate(Certificate certificate) => new(certificate);

    /// <summary>The whole deposit.</summary>
    public static Evidence Create(Certificate certificate, Manifest manifest, in Hash seed) =>
        new(certificate) { Manifest = manifest, Seed = seed };

    /// <summary>Some items of a deposit by their leaf hashes (<see cref="Fingerprint.LeafOf"/>), the others hidden.</summary>
    public static Evidence Disclose(Certificate certificate, IEnumerable<KeyValuePair<Hash, Opening>> openings)
    {
        var sorted = new SortedDictionary<Hash, Opening>();
        foreach (var (leaf, opening) in openings)
            sorted.Add(leaf, opening);
        return new(certificate) { Openings = sorted };
    }

    /// <summary>The same evidence with these files in the place of its <see cref="Attachments"/>.</summary>
    /// <exception cref="ArgumentException">A name that is not one of <c>ots/</c>, or twice.</exception>
    public Evidence WithAttachments(IEnumerable<Attachment> attachments)
    {
        var sorted = new SortedDictionary<string, Attachment>(StringComparer.Ordinal);
        foreach (var attachment in attachments)
        {
            if (!EvidenceNames.IsOpenTimestamp(attachment.Name, out _) || !sorted.TryAdd(attachment.Name, attachment))
                throw new ArgumentException($"'{attachment.Name}' is no name of an OpenTimestamps file, or is given twice.", nameof(attachments));
        }

        return With(copy => copy.Attachments = [.. sorted.Values]);
    }

    /// <summary>The same evidence with these time-stamps in the place of its certificate's.</summary>
    public Evidence WithTimestamps(IReadOnlyList<TimestampToken> timestamps) =>
        With(copy => copy.Certificate = Certificate with { Timestamps = timestamps });

    /// <summary>The same evidence with these pages in the place of its <see cref="Pages"/>.</summary>
    /// <exception cref="ArgumentException">A name that is no page's, or twice.</exception>
    public Evidence WithPages(IReadOnlyList<Attachment> pages)
    {
        if (pages.Any(page => !EvidenceNames.IsPage(page.Name)) || pages.DistinctBy(page => page.Name, StringComparer.Ordinal).Count() != pages.Count)
            throw new ArgumentException($"A page is {HtmlPage}, and is given once.", nameof(pages));
        return With(copy => copy.Pages = pages);
    }

    /// <summary>The same evidence with the text of its context record.</summary>
    /// <exception cref="ArgumentException">No item that the evidence shows is this record.</exception>
    public Evidence WithContext(ContextRecord context) => Find(ContextRecord.ItemPath) == context.ToItem()
        ? With(copy => copy.Context = context)
        : throw new ArgumentException("The evidence shows no item that is this record.", nameof(context));

    /// <summary>The same for a record whose item was seen and is not kept.</summary>
    internal Evidence KeepContext(ContextRecord context) => With(copy => copy.Context = context);

    /// <summary>The item of this path in the manifest, or shown by an opening; null when there is none.</summary>
    internal ItemText? Find(string path) =>
        Manifest?.Items.FirstOrDefault(item => item.Path == path)
        ?? Openings.Values.Select(opening => opening.Item).FirstOrDefault(item => item?.Path == path);

    internal Evidence WithUnknown(IReadOnlyList<string> unknown) => With(copy => copy.Unknown = unknown);

    /// <summary>The same evidence as it is read from a package that holds these documents beside it.</summary>
    /// <param name="documents">Under their names in the package.</param>
    public Evidence InPackage(IReadOnlyList<GivenFile> documents) =>
        With(copy => (copy.Folder, copy.Included) = (PackageNames.Proofs, documents));

    /// <summary>Reads a package, or a bare <c>certificate.json</c>; the first byte tells which it is.</summary>
    /// <param name="stream">Seekable; read from its start. It stays open.</param>
    /// <param name="cancellation">Ends the reading between two entries.</param>
    /// <exception cref="MalformedException">A file that breaks a rule of its format, or files that contradict each other.</exception>
    public static Evidence Read(Stream stream, CancellationToken cancellation = default) =>
        EvidenceReader.Read(stream, cancellation);

    /// <summary>Writes the package; equal content gives equal bytes everywhere.</summary>
    /// <param name="stream">Need not seek. It stays open.</param>
    /// <exception cref="InvalidOperationException">It would have more or larger files than a reader accepts.</exception>
    public void Write(Stream stream) => EvidenceWriter.Write(this, stream);

    private Evidence With(Action<Evidence> change)
    {
        var copy = (Evidence)MemberwiseClone();
        change(copy);
        return copy;
    }
}
