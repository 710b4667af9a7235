namespace Notary.Core;

/// <summary>What a reader of time-stamps accepts at most, so that a stranger's bytes cost bounded memory and time.</summary>
public static class TimestampLimits
{
    /// <summary>Bytes of a query: an imprint, a policy and a nonce.</summary>
    public const int QueryBytes = 4_096;

    /// <summary>Bytes of a reply: the largest token and a status text.</summary>
    public const int ReplyBytes = EvidenceLimits.TokenBytes + 4_096;

    /// <summary>Bytes of a file of roots.</summary>
    public const int RootsBytes = 1 << 20;

    /// <summary>Bytes of a nonce; those in use have 8 to 20.</summary>
    public const int NonceBytes = 64;

    /// <summary>Bytes of a serial number; RFC 3161 demands that 20 are taken, some authorities use a few more.</summary>
    public const int SerialBytes = 32;

    /// <summary>Certificates in one token; those in use have 1 to 5.</summary>
    public const int Certificates = 16;

    /// <summary>Constructed elements inside one another; those in use have about 12.</summary>
    internal const int Nesting = 32;

    /// <summary>Elements of one token; those in use have some hundreds.</summary>
    internal const int Elements = 8_192;
}
