using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// A certificate.pdf as it was read, a stranger's. No PDF is interpreted here: the file is read from its first byte in the form
/// in which it was written, as far as the seal and the attachments go, and then rendered again from these and compared. So an
/// update that was appended, another page, another attachment, a loop, or an offset that leads elsewhere is a difference, and
/// costs no more than a sound file.
/// </summary>
public sealed class CertificatePdfFile
{
    /// <summary>Bytes of a file that is read.</summary>
    public const int MaxBytes = 64 << 20;

    private const string Start = "%PDF-1.7\n%\u00E2\u00E3\u00CF\u00D3\n%";
    private const int LayoutLength = 100;

    private readonly byte[] file;
    private readonly string layout;
    private readonly (SealPlace Place, Range Digits)? seal;

    private CertificatePdfFile(byte[] file, string layout, (SealPlace Place, Range Digits)? seal, Evidence evidence) =>
        (this.file, this.layout, this.seal, Evidence) = (file, layout, seal, evidence);

    /// <summary>What is attached: the certificate alone, or the evidence of the documents that a disclosure copy names.</summary>
    public Evidence Evidence { get; }

    /// <summary>Whether it bears a seal; whose, and whether it is whole, <see cref="Check"/> tells.</summary>
    public bool IsSealed => seal is not null;

    /// <summary>Whether a file is a PDF at all.</summary>
    public static bool IsPdf(ReadOnlySpan<byte> start) => start.StartsWith("%PDF-"u8);

    /// <exception cref="MalformedException">Not a certificate.pdf of this project, or what is attached breaks its format.</exception>
    public static CertificatePdfFile Read(byte[] file, CancellationToken cancellation = default)
    {
        if (file.Length > MaxBytes)
            throw new MalformedException("certificate.pdf", null, $"has {file.Length:N0} bytes (limit {MaxBytes:N0})");
        var scanner = new PdfScanner(file);
        if (!scanner.TryTake(Start + CertificatePdf.Name))
            throw new MalformedException("certificate.pdf", null, "is a PDF, but none that 'notary certificate' wrote: another program has made or rewritten it");
        var layout = CertificatePdf.Name + System.Text.Encoding.Latin1.GetString(scanner.Bytes(scanner.LengthUntil((byte)'\n', LayoutLength)).Span);
        scanner.Take("\n");
        var seal = SealPlace.Read(scanner);
        var number = seal is null ? 1 : 2;
        var json = Attachment(scanner, number, CertificatePdf.JsonType) ?? throw scanner.Malformed("no certificate.json");
        var certificate = Certificate.Parse(json);
        if (Attachment(scanner, number + 1, CertificatePdf.PackageType) is not { } package)
            return new CertificatePdfFile(file, layout, seal, Evidence.FromCertificate(certificate));
        using var stream = new MemoryStream(package.ToArray(), writable: false);
        var evidence = Evidence.Read(stream, cancellation);
        return evidence.Certificate.ToJson().AsSpan().SequenceEqual(json.Span)
            ? new CertificatePdfFile(file, layout, seal, evidence)
            : throw new MalformedException("certificate.pdf", null, "has two certificates attached that differ");
    }

    /// <summary>The two checks of the file itself: its pages and its seal.</summary>
    /// <param name="roots">Whom the verifier trusts for seals; null: nobody.</param>
    /// <param name="authorities">Whom the verifier trusts for time-stamps; null: nobody.</param>
    /// <param name="now">Today, as the verifier's clock says.</param>
    public IReadOnlyList<Check> Check(SealRoots? roots, TimestampRoots? authorities, DateTimeOffset now)
    {
        if (seal is not { } place)
            return [Pages(null), SealCheck.None];
        try
        {
            var signature = SealSignature.Parse(SealPlace.Seal(file, place.Digits), SealPlace.Covered(file, place.Digits));
            return [Pages(new PdfSeal(signature.Signer, place.Place)), SealCheck.Of(file, place.Place, place.Digits, signature, SealVerification.Verify(signature, roots, authorities, now))];
        }
        catch (MalformedException e)
        {
            return
            [
                Core.Check.NotChecked(
                    CheckNames.Pages, "The pages say whose seal this is, and the seal cannot be read.", "页面载明签章归属，而签章无法读取。"),
                Core.Check.Fail(CheckNames.Seal, $"The seal cannot be read: it {e.Problem}.", $"签章无法读取（{e.Problem}）。"),
            ];
        }
    }

    /// <summary>What is attached next under that number; null when the next object is something else.</summary>
    private static ReadOnlyMemory<byte>? Attachment(PdfScanner scanner, int number, string mediaType)
    {
        if (!scanner.TryTake(string.Create(CultureInfo.InvariantCulture, $"{number} 0 obj\n<< {PdfDocument.ContentEntries(mediaType)} /Params << /Size ")))
            return null;
        var size = scanner.Number();
        scanner.Take(" /ModDate ");
        scanner.Date();
        scanner.Take(string.Create(CultureInfo.InvariantCulture, $" >> /Length {size} >>\nstream\n"));
        var content = scanner.Bytes(size);
        scanner.Take("\nendstream\nendobj\n");
        return content;
    }

    private Check Pages(PdfSeal? shown)
    {
        if (layout != CertificatePdf.Layout)
            return Core.Check.NotChecked(
                CheckNames.Pages,
                $"This program does not render '{TextRules.Escape(layout)}' and so cannot compare the pages: the version that wrote the file can.",
                $"本程序不生成“{TextRules.Escape(layout)}”，无法比对页面；请使用生成该文件的版本。");
        if (CertificatePdf.Shown(Evidence) is > CertificatePdf.MostDocuments and var many)
            return NotRendered($"it shows {many:N0} documents, more than the {CertificatePdf.MostDocuments:N0} of one file");
        byte[] rendered;
        try
        {
            rendered = CertificatePdf.Render(Evidence, shown).Bytes;
        }
        catch (MalformedException e)
        {
            return NotRendered(e.Message);
        }

        if (seal is { } place && place.Digits.End.Value <= rendered.Length)
            file.AsSpan(place.Digits).CopyTo(rendered.AsSpan(place.Digits));
        var equal = file.AsSpan().CommonPrefixLength(rendered);
        if (equal == file.Length && equal == rendered.Length)
            return Core.Check.Pass(
                CheckNames.Pages,
                $"Every byte of the file{(shown is null ? "" : " but the seal")} is what this program renders from the data attached.",
                $"文件{(shown is null ? "" : "除签章外")}的全部字节与本程序由所附数据生成的相同。");
        return equal == rendered.Length
            ? Core.Check.Fail(
                CheckNames.Pages,
                $"{file.Length - equal} bytes were added behind the file's end: an update that may show anything. Do not read the pages.",
                $"文件末尾之后追加了 {file.Length - equal} 字节：此类更新可使页面显示任意内容。请勿据以阅读。")
            : Core.Check.Fail(
                CheckNames.Pages,
                string.Create(CultureInfo.InvariantCulture, $"From byte {equal} on the file is not what this program renders from the data attached: it was altered. Do not read the pages."),
                string.Create(CultureInfo.InvariantCulture, $"自第 {equal} 字节起，文件与本程序由所附数据生成的不同：已被改动。请勿据以阅读。"));
    }

    private static Check NotRendered(string problem) => Core.Check.Fail(
        CheckNames.Pages, $"From what is attached no page can be rendered ({problem}).", $"由所附数据无法生成页面（{problem}）。");
}
