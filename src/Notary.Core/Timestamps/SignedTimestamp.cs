using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>
/// A token taken apart: CMS SignedData of one signer over a TSTInfo (RFC 3161, section 2.4.2). What it says of itself
/// holds together; that it says the truth is <see cref="TimestampVerification"/>'s business.
/// </summary>
internal sealed class SignedTimestamp
{
    private const string Document = "time-stamp token";

    private readonly SignedCms cms;

    private SignedTimestamp(SignedCms cms, TimestampInfo info, IReadOnlyList<CertificateId> certificateIds) =>
        (this.cms, Info, CertificateIds) = (cms, info, certificateIds);

    public TimestampInfo Info { get; }

    public SignerInfo Signer => cms.SignerInfos[0];

    /// <summary>Everything the token carries, be it part of the signer's chain or not.</summary>
    public X509Certificate2Collection Certificates => cms.Certificates;

    /// <summary>How the signed attributes name the signer's certificate: one or two, the older and the newer form.</summary>
    public IReadOnlyList<CertificateId> CertificateIds { get; }

    /// <exception cref="MalformedException">Not a token in DER, or over a limit.</exception>
    public static SignedTimestamp Parse(ReadOnlyMemory<byte> der)
    {
        if (der.Length > EvidenceLimits.TokenBytes)
            throw Malformed(null, $"has {der.Length:N0} bytes (limit {EvidenceLimits.TokenBytes:N0})");
        if (DerShape.Problem(der.Span) is { } problem)
            throw Malformed(null, problem);
        try
        {
            var cms = new SignedCms();
            cms.Decode(der.Span);
            return Read(cms);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException)
        {
            // An ArgumentException is what the framework says of a signer whose issuer has an empty name.
            throw Malformed(null, "is not CMS signed data of a time-stamp");
        }
    }

    private static SignedTimestamp Read(SignedCms cms)
    {
        if (cms.ContentInfo.ContentType.Value != TimestampOids.TstInfo)
            throw Malformed(null, "holds something else than a time-stamp");
        if (cms.SignerInfos.Count != 1)
            throw Malformed("signerInfos", $"has {cms.SignerInfos.Count} signers, not 1");
        if (cms.Certificates.Count > TimestampLimits.Certificates)
            throw Malformed("certificates", $"has {cms.Certificates.Count} (limit {TimestampLimits.Certificates})");
        var attributes = cms.SignerInfos[0].SignedAttributes;
        // RFC 5652 section 11.1: without it, or with another one, the signature could be of something that is no time-stamp.
        if (Der.Read(Document, Single(attributes, TimestampOids.ContentType) ?? throw Malformed("contentType", "is missing"), reader => reader.ReadObjectIdentifier()) != TimestampOids.TstInfo)
            throw Malformed("contentType", "is not a time-stamp's");
        var ids = new List<CertificateId>();
        if (Single(attributes, TimestampOids.SigningCertificate) is { } first)
            ids.Add(CertificateId.Read(Document, first, HashAlgorithmName.SHA1));
        if (Single(attributes, TimestampOids.SigningCertificateV2) is { } second)
            ids.Add(CertificateId.Read(Document, second, null));
        if (ids.Count == 0)
            throw Malformed("signingCertificate", "is missing: the token does not name its signer's certificate");
        return new SignedTimestamp(cms, TimestampInfo.Parse(cms.ContentInfo.Content), ids);
    }

    /// <summary>The value of a signed attribute, which may be there once and with one value; null when it is not there.</summary>
    private static byte[]? Single(CryptographicAttributeObjectCollection attributes, string oid)
    {
        var found = attributes.Cast<CryptographicAttributeObject>().Where(attribute => attribute.Oid.Value == oid).ToList();
        return found switch
        {
            [] => null,
            [{ Values.Count: 1 } only] => only.Values[0].RawData,
            _ => throw Malformed(oid, "is a signed attribute with more or less than one value"),
        };
    }

    private static MalformedException Malformed(string? field, string problem) => new(Document, field, problem);
}
