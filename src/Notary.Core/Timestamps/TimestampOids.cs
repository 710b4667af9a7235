namespace Notary.Core;

/// <summary>The object identifiers of RFC 3161, RFC 5816 and RFC 5652 that are read or written here.</summary>
public static class TimestampOids
{
    public const string SignedData = "1.2.840.113549.1.7.2";

    /// <summary>id-ct-TSTInfo, the content type of a token.</summary>
    public const string TstInfo = "1.2.840.113549.1.9.16.1.4";

    public const string ContentType = "1.2.840.113549.1.9.3";

    /// <summary>ESSCertID: names the signer's certificate by its SHA-1.</summary>
    public const string SigningCertificate = "1.2.840.113549.1.9.16.2.12";

    /// <summary>ESSCertIDv2 (RFC 5816): names the signer's certificate by SHA-256 or better.</summary>
    public const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";

    /// <summary>id-kp-timeStamping.</summary>
    public const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    public const string Sha256 = "2.16.840.1.101.3.4.2.1";
    public const string Sha384 = "2.16.840.1.101.3.4.2.2";
    public const string Sha512 = "2.16.840.1.101.3.4.2.3";
}
