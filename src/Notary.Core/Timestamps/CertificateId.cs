using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>
/// How a token's signed attributes name the certificate of its signer: ESSCertID of RFC 2634 (SHA-1) or ESSCertIDv2 of
/// RFC 5816. Without it, whoever holds two certificates for one key could present either.
/// </summary>
/// <param name="Algorithm">Of the hash.</param>
/// <param name="CertificateHash">Of the certificate's DER.</param>
/// <param name="Issuer">The issuer's name in DER; null when the id leaves it out.</param>
/// <param name="Serial">The serial number's bytes; null when the id leaves it out.</param>
public sealed record CertificateId(
    HashAlgorithmName Algorithm, ReadOnlyMemory<byte> CertificateHash, ReadOnlyMemory<byte>? Issuer, ReadOnlyMemory<byte>? Serial)
{
    // GeneralName's directoryName.
    private static readonly Asn1Tag DirectoryName = new(TagClass.ContextSpecific, 4, isConstructed: true);

    /// <summary>
    /// The first id of SigningCertificate[V2] ::= SEQUENCE { certs SEQUENCE OF ESSCertID[v2], policies OPTIONAL }: that is the
    /// signer's; any others only restrict the chain.
    /// </summary>
    /// <param name="document">What is read, for the error.</param>
    /// <param name="der">The attribute's value.</param>
    /// <param name="fixedAlgorithm">SHA-1 of the older form; null reads the newer one.</param>
    /// <exception cref="MalformedException">It is not that, or of a hash function that is not taken.</exception>
    public static CertificateId Read(string document, ReadOnlyMemory<byte> der, HashAlgorithmName? fixedAlgorithm) => Der.Read(document, der, reader =>
    {
        var attribute = reader.ReadSequence();
        var id = ReadOne(attribute.ReadSequence().ReadSequence(), document, fixedAlgorithm);
        if (attribute.HasData)
            attribute.ReadSequence();
        attribute.ThrowIfNotEmpty();
        return id;
    });

    /// <summary>All ids of SigningCertificateV2 without policies.</summary>
    /// <exception cref="MalformedException">As <see cref="Read"/>.</exception>
    public static IReadOnlyList<CertificateId> ReadAll(string document, ReadOnlyMemory<byte> der) => Der.Read(document, der, reader =>
    {
        var attribute = reader.ReadSequence();
        var list = attribute.ReadSequence();
        attribute.ThrowIfNotEmpty();
        List<CertificateId> ids = [];
        while (list.HasData)
            ids.Add(ReadOne(list.ReadSequence(), document, null));
        return ids;
    });

    public bool IsOf(X509Certificate2 certificate) =>
        certificate.GetCertHash(Algorithm).AsSpan().SequenceEqual(CertificateHash.Span)
        && (Serial is not { } serial || certificate.SerialNumberBytes.Span.SequenceEqual(serial.Span))
        && (Issuer is not { } issuer || certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.Span));

    /// <summary>SigningCertificateV2 with ids by SHA-256, which is its default and so is not written.</summary>
    /// <param name="certificates">The signer's, then any others that the signature shall bind.</param>
    public static byte[] Write(params ReadOnlySpan<X509Certificate2> certificates)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            foreach (var certificate in certificates)
                WriteOne(writer, certificate);
        }

        return writer.Encode();
    }

    private static void WriteOne(AsnWriter writer, X509Certificate2 certificate)
    {
        using (writer.PushSequence())
        {
            writer.WriteOctetString(certificate.GetCertHash(HashAlgorithmName.SHA256));
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                using (writer.PushSequence(DirectoryName))
                    writer.WriteEncodedValue(certificate.IssuerName.RawData);
                writer.WriteInteger(certificate.SerialNumberBytes.Span);
            }
        }
    }

    private static CertificateId ReadOne(AsnReader id, string document, HashAlgorithmName? fixedAlgorithm)
    {
        var algorithm = fixedAlgorithm ?? ReadAlgorithm(id, document);
        var hash = id.ReadOctetString();
        var (issuer, serial) = id.HasData ? ReadIssuerSerial(id.ReadSequence()) : (null, null);
        id.ThrowIfNotEmpty();
        return new CertificateId(algorithm, hash, issuer, serial);
    }

    private static HashAlgorithmName ReadAlgorithm(AsnReader id, string document)
    {
        if (!Der.Next(id, Asn1Tag.Sequence))
            return HashAlgorithmName.SHA256;
        var algorithm = id.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        if (algorithm.HasData)
            algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
        return oid switch
        {
            // RFC 5816: DER leaves a default out; some authorities write it all the same.
            TimestampOids.Sha256 => HashAlgorithmName.SHA256,
            TimestampOids.Sha384 => HashAlgorithmName.SHA384,
            TimestampOids.Sha512 => HashAlgorithmName.SHA512,
            _ => throw new MalformedException(document, "signingCertificate", "uses a hash function that is not SHA-256, SHA-384 or SHA-512"),
        };
    }

    /// <summary>IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER }.</summary>
    private static (ReadOnlyMemory<byte>? Issuer, ReadOnlyMemory<byte>? Serial) ReadIssuerSerial(AsnReader both)
    {
        var names = both.ReadSequence();
        ReadOnlyMemory<byte>? issuer = Der.Next(names, DirectoryName) ? names.ReadSequence(DirectoryName).ReadEncodedValue() : null;
        var serial = both.ReadIntegerBytes();
        both.ThrowIfNotEmpty();
        return (issuer, serial);
    }
}
