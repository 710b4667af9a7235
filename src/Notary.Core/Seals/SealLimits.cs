namespace Notary.Core;

/// <summary>What a reader of seals accepts at most.</summary>
public static class SealLimits
{
    /// <summary>Bytes of a seal in DER: the largest token, and a chain of certificates.</summary>
    public const int Bytes = 128 << 10;

    /// <summary>Certificates in one seal: the sealer's and those above it.</summary>
    public const int Certificates = 8;

    /// <summary>Bits of an RSA key, at least.</summary>
    public const int RsaBits = 2_048;
}
