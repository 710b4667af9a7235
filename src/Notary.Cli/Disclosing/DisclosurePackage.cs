using System.Security.Cryptography;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary>The files of a package that discloses, in their order: for people first, evidence and scripts behind.</summary>
internal sealed class DisclosurePackage
{
    public const string Script = "07_verify/verify.sh";
    private const string PowerShellScript = "07_verify/verify.ps1";
    private const int CopyBytes = 1 << 20;

    private readonly Evidence evidence;
    private readonly List<DisclosedDocument> documents = [];
    private VerificationRun? report;

    /// <param name="disclosure">What is disclosed.</param>
    /// <param name="evidence">The evidence that discloses it.</param>
    /// <param name="showNames">Whether that evidence shows names.</param>
    /// <param name="files">The documents themselves, as far as they go along.</param>
    public DisclosurePackage(Disclosure disclosure, Evidence evidence, bool showNames, IReadOnlyDictionary<ItemText, SourceFile> files)
    {
        this.evidence = evidence;
        // By name where names are shown; else by leaf, for the order of the names would say something of them.
        IEnumerable<ItemText> ordered = showNames ? disclosure.Chosen : disclosure.Chosen.OrderBy(disclosure.LeafOf);
        foreach (var item in ordered)
            documents.Add(new DisclosedDocument(
                PackageNames.Document(documents.Count + 1, showNames ? item.Path : null),
                disclosure.LeafOf(item),
                item,
                files.TryGetValue(item, out var file) ? file : null));
    }

    /// <summary>Puts a verification report in, of what a verifier with that trust file finds in the package.</summary>
    /// <exception cref="CliException">Under that trust file it fails.</exception>
    public void Reported(Trust trust, DateTimeOffset now)
    {
        var included = documents.Where(document => document.File is not null)
            .Select(document => new GivenFile(document.Name, document.Item.Size, document.Item.Sha256, document.Item.Sm3));
        // The package cannot hold its own digest: the report names the certificate in it.
        var certificate = new NamedFile($"{PackageNames.Proofs}certificate.json", Hash.Of(evidence.Certificate.ToJson()));
        var context = new VerificationContext(now, ThisProgram.Version, ThisProgram.Files(), certificate, trust.File);
        report = VerificationRun.Verify(evidence.InPackage([.. included]), new VerifierInputs(trust.Policy), context);
        if (report.Report.Verdict == Verdict.Fail)
            throw new CliException(ExitCode.Failed, report.Report.VerdictSentence.English);
    }

    /// <exception cref="CliException">A document changed since it was hashed.</exception>
    public void Write(Stream output, IProgress<long> progress, CancellationToken cancellation)
    {
        var package = new PackageWriter(output);
        package.Add("README.txt", DisclosureReadme.Write(evidence, documents));
        var list = EvidenceList.Create(evidence.Certificate, Listed(), evidence.Context is not null, report is not null);
        package.Add("00_index/evidence-list.html", list.ToHtml());
        package.Add("00_index/evidence-list.csv", list.ToCsv());
        foreach (var document in documents.Where(document => document.File is not null))
            package.Add(document.Name, stream => Copy(document, stream, progress, cancellation));
        package.AddProofs(evidence);
        if (report is not null)
        {
            package.Add("06_report/verification-report.html", ReportPage.Html(report));
            package.Add("06_report/verification-report.json", ReportJson.Write(report));
        }

        package.Add(Script, Resource("verify.sh"));
        package.Add(PowerShellScript, Resource("verify.ps1"));
        foreach (var text in LawTexts.All)
            package.Add("09_law/" + text.Name, text.Content);
        package.Finish();
    }

    /// <summary>As the evidence shows them: of a document without name and not included, no more than which opening is its.</summary>
    private IEnumerable<ListedDocument> Listed() => documents
        .Where(document => evidence.Context is null || document.Item.Path != ContextRecord.ItemPath)
        .Select(document =>
        {
            var isKnown = document.File is not null || evidence.Openings[document.Leaf].Item is not null;
            return new ListedDocument(
                evidence.Openings[document.Leaf].Item?.Path,
                isKnown ? document.Item.Size : null,
                isKnown ? document.Item.Sha256 : null,
                document.File is not null ? document.Name : $"{PackageNames.Proofs}openings/{document.Leaf}.txt");
        });

    // Compared each time it is read: once to measure it, before the first byte is written, and once to write it.
    private static void Copy(DisclosedDocument document, Stream output, IProgress<long> progress, CancellationToken cancellation)
    {
        var (source, item) = (document.File!.Value, document.Item);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = InputFile.Open(source.FullName, "a document");
        var buffer = new byte[CopyBytes];
        ulong copied = 0;
        for (int read; copied <= item.Size && (read = file.Read(buffer)) > 0; copied += (ulong)read)
        {
            cancellation.ThrowIfCancellationRequested();
            sha256.AppendData(buffer, 0, read);
            output.Write(buffer, 0, read);
            progress.Report(read);
        }

        if (new Hash(sha256.GetHashAndReset()) != item.Sha256)
            throw CliException.Input($"{source.FullName}: changed while it was being packed");
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(DisclosurePackage).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>A document that is disclosed.</summary>
/// <param name="Name">Its name in the package, if it is there.</param>
/// <param name="Leaf">Its leaf, which names its opening.</param>
/// <param name="Item">Its item text; whether that is shown is the evidence's business.</param>
/// <param name="File">Where it is, or null when it does not go along.</param>
internal sealed record DisclosedDocument(string Name, Hash Leaf, ItemText Item, SourceFile? File);
