namespace Notary.Core;

/// <summary>
/// What an OpenTimestamps file may hold. The first group are the format's own rules, as its reference implementation
/// enforces them; the second bounds the work of reading a stranger's file.
/// </summary>
public static class OtsLimits
{
    /// <summary>Bytes of a message, before and after every operation.</summary>
    public const int MessageBytes = 4_096;

    /// <summary>Operations on the way from the digest to an attestation: the reference refuses the 256th.</summary>
    public const int PathOperations = 255;

    /// <summary>Bytes of an attestation's payload.</summary>
    public const int PayloadBytes = 8_192;

    /// <summary>Characters of the address in a pending attestation.</summary>
    public const int AddressCharacters = 1_000;

    /// <summary>Bytes of a calendar's answer.</summary>
    public const int AnswerBytes = 10_000;

    /// <summary>Bytes of a file; those in use have a few thousand.</summary>
    public const int FileBytes = EvidenceLimits.AttachmentBytes;

    /// <summary>Operations and attestations of one file: each operation may have 4,096 bytes to hash.</summary>
    public const int Items = 16_384;
}
