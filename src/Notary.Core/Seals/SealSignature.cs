using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>
/// A seal: CMS SignedData (RFC 5652) of one signer over bytes that are elsewhere, in the form of PAdES (ETSI EN 319 142-1) level
/// B-B, or B-T with a time-stamp of the signature. Signed are the digest of those bytes, and by their digests the sealer's
/// certificate and those above it; no time, which stands in the document. There is one way to spell a seal.
/// </summary>
public sealed class SealSignature
{
    private const string Document = "seal";
    private const string Data = "1.2.840.113549.1.7.1";
    private const string MessageDigest = "1.2.840.113549.1.9.4";
    private const string SignatureTimeStamp = "1.2.840.113549.1.9.16.2.14";

    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag One = new(TagClass.ContextSpecific, 1, isConstructed: true);

    private static readonly string[] SignedKinds = [.. ((string[])[TimestampOids.ContentType, MessageDigest, TimestampOids.SigningCertificateV2]).Order(StringComparer.Ordinal)];

    private readonly SignedCms cms;

    private SealSignature(SignedCms cms, X509Certificate2 signer, ReadOnlyMemory<byte>? token) => (this.cms, Signer, Token) = (cms, signer, token);

    /// <summary>The sealer's certificate: the one that the signed attributes name.</summary>
    public X509Certificate2 Signer { get; }

    /// <summary>The sealer's certificate and those above it, each of them signed too.</summary>
    public X509Certificate2Collection Certificates => cms.Certificates;

    /// <summary>The RFC 3161 token over <see cref="Value"/>; null when there is none.</summary>
    public ReadOnlyMemory<byte>? Token { get; private set; }

    /// <summary>The signature itself, which a token is over.</summary>
    public ReadOnlyMemory<byte> Value => cms.SignerInfos[0].GetSignature();

    /// <summary>Seals.</summary>
    /// <param name="covered">What is sealed.</param>
    /// <param name="signer">The sealer's certificate with its private key.</param>
    /// <param name="above">The certificates above it, in order.</param>
    public static SealSignature Create(byte[] covered, X509Certificate2 signer, IReadOnlyList<X509Certificate2> above)
    {
        var cms = new SignedCms(new ContentInfo(covered), detached: true);
        var how = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer)
        {
            DigestAlgorithm = new Oid(TimestampOids.Sha256),
            IncludeOption = X509IncludeOption.None,
        };
        var oid = new Oid(TimestampOids.SigningCertificateV2);
        how.SignedAttributes.Add(new CryptographicAttributeObject(oid, [new AsnEncodedData(oid, CertificateId.Write([signer, .. above]))]));
        how.Certificates.AddRange((X509Certificate2[])[signer, .. above]);
        cms.ComputeSignature(how);
        return new SealSignature(cms, signer, null);
    }

    /// <summary>Adds a time-stamp over <see cref="Value"/>.</summary>
    public void Add(ReadOnlyMemory<byte> token)
    {
        cms.SignerInfos[0].AddUnsignedAttribute(new AsnEncodedData(new Oid(SignatureTimeStamp), token.ToArray()));
        Token = token;
    }

    /// <summary>DER.</summary>
    public byte[] Encode() => cms.Encode();

    /// <summary>Reads a seal of this form; nothing of it is verified.</summary>
    /// <param name="der">The seal, a stranger's.</param>
    /// <param name="covered">What it should be over.</param>
    /// <exception cref="MalformedException">Another form, or over a limit.</exception>
    public static SealSignature Parse(ReadOnlyMemory<byte> der, byte[] covered)
    {
        if (der.Length > SealLimits.Bytes)
            throw Malformed($"has {der.Length:N0} bytes (limit {SealLimits.Bytes:N0})");
        if (DerShape.Problem(der.Span) is { } problem)
            throw Malformed(problem);
        try
        {
            var cms = new SignedCms(new ContentInfo(covered), detached: true);
            cms.Decode(der.Span);
            return Read(cms, der.Span);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException)
        {
            // An ArgumentException is what the framework says of a signer whose issuer has an empty name.
            throw Malformed("is not CMS signed data");
        }
    }

    /// <summary>Whether the signature is <see cref="Signer"/>'s, over the bytes that were given.</summary>
    public bool IsIntact()
    {
        try
        {
            cms.SignerInfos[0].CheckSignature([Signer], verifySignatureOnly: true);
            return cms.SignerInfos[0].Certificate is not { } used || used.RawDataMemory.Span.SequenceEqual(Signer.RawDataMemory.Span);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static SealSignature Read(SignedCms cms, ReadOnlySpan<byte> der)
    {
        if (cms.SignerInfos.Count != 1)
            throw Malformed($"has {cms.SignerInfos.Count} signers, not 1");
        if (cms.Certificates.Count is 0 or > SealLimits.Certificates)
            throw Malformed($"has {cms.Certificates.Count} certificates (1 to {SealLimits.Certificates})");
        var info = cms.SignerInfos[0];
        // A list, since one kind may be there twice.
        var signed = info.SignedAttributes.Cast<CryptographicAttributeObject>().OrderBy(attribute => attribute.Oid.Value, StringComparer.Ordinal).ToList();
        if (!signed.Select(attribute => attribute.Oid.Value).SequenceEqual(SignedKinds) || signed.Exists(attribute => attribute.Values.Count != 1))
            throw Malformed("signs other attributes than PAdES asks for");
        var ids = CertificateId.ReadAll(Document, signed.Find(attribute => attribute.Oid.Value == TimestampOids.SigningCertificateV2)!.Values[0].RawData);
        var named = ids.Select(id => cms.Certificates.FirstOrDefault(id.IsOf)).ToList();
        if (named.Count != cms.Certificates.Count || named.Contains(null) || named.Distinct().Count() != named.Count)
            throw Malformed("holds other certificates than it signs");
        ReadOnlyMemory<byte>? token = info.UnsignedAttributes.Cast<CryptographicAttributeObject>().ToList() switch
        {
            [] => (ReadOnlyMemory<byte>?)null,
            [{ Oid.Value: SignatureTimeStamp, Values: [var only] }] => only.RawData,
            _ => throw Malformed("has more beside the signature than one time-stamp"),
        };
        // What two readers could take for two things is nobody's seal: the bytes must be the ones that we would write.
        return Rebuild(cms, named[0]!, token).AsSpan().SequenceEqual(der) ? new SealSignature(cms, named[0]!, token) : throw Malformed("is not spelled as this program spells it");
    }

    private static byte[] Rebuild(SignedCms cms, X509Certificate2 signer, ReadOnlyMemory<byte>? token)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(TimestampOids.SignedData);
            using (writer.PushSequence(Zero))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                    WriteAlgorithm(writer, TimestampOids.Sha256);
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(Data);
                using (writer.PushSetOf(Zero))
                {
                    foreach (var certificate in cms.Certificates)
                        writer.WriteEncodedValue(certificate.RawDataMemory.Span);
                }

                using (writer.PushSetOf())
                    WriteSigner(writer, cms.SignerInfos[0], signer, token);
            }
        }

        return writer.Encode();
    }

    private static void WriteSigner(AsnWriter writer, SignerInfo info, X509Certificate2 signer, ReadOnlyMemory<byte>? token)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(signer.IssuerName.RawData);
                writer.WriteInteger(signer.SerialNumberBytes.Span);
            }

            WriteAlgorithm(writer, TimestampOids.Sha256);
            using (writer.PushSetOf(Zero))
            {
                foreach (var attribute in info.SignedAttributes)
                    WriteAttribute(writer, attribute.Oid.Value!, attribute.Values[0].RawData);
            }

            WriteAlgorithm(writer, signer.PublicKey.Oid.Value == SealVerification.RsaKey ? SealVerification.RsaKey : SealVerification.EcdsaWithSha256);
            writer.WriteOctetString(info.GetSignature());
            if (token is not { } stamp)
                return;
            using (writer.PushSetOf(One))
                WriteAttribute(writer, SignatureTimeStamp, stamp.Span);
        }
    }

    private static void WriteAttribute(AsnWriter writer, string oid, ReadOnlySpan<byte> value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            using (writer.PushSetOf())
                writer.WriteEncodedValue(value);
        }
    }

    /// <summary>Without parameters, as the framework's writer leaves them out.</summary>
    private static void WriteAlgorithm(AsnWriter writer, string oid)
    {
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(oid);
    }

    private static MalformedException Malformed(string problem) => new(Document, null, problem);
}
