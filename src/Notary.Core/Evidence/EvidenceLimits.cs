namespace Notary.Core;

/// <summary>What a reader of evidence accepts at most, so that a stranger's file costs bounded memory and time.</summary>
public static class EvidenceLimits
{
    /// <summary>Bytes of <c>certificate.json</c>: four texts and some dozens of timestamps.</summary>
    public const int CertificateBytes = 1 << 20;

    /// <summary>Bytes of a tlog-proof: 64 hashes, an extra line and a checkpoint with many cosignatures.</summary>
    public const int ProofBytes = 128 << 10;

    /// <summary>Timestamps in a certificate.</summary>
    public const int Timestamps = 64;

    /// <summary>Bytes of one RFC 3161 token in DER; those in use have 2 to 8 KiB.</summary>
    public const int TokenBytes = 64 << 10;

    /// <summary>Files in one deposit. Their item texts fit into <see cref="ManifestBytes"/> even with the longest paths.</summary>
    public const int Items = 1_000_000;

    /// <summary>Bytes of <c>manifest.txt</c>: a million items of at most 1,247 bytes each.</summary>
    public const int ManifestBytes = 1_250_000_000;

    /// <summary>Bytes of one file of <c>ots/</c>.</summary>
    public const int AttachmentBytes = 256 << 10;

    /// <summary>Bytes of a page for reading.</summary>
    public const int PageBytes = 4 << 20;

    /// <summary>Entries of a package: 65,535 is the mark of ZIP64, which no package needs.</summary>
    public const int PackageEntries = 65_534;

    /// <summary>Bytes of an entry's name.</summary>
    public const int PackageNameBytes = 512;

    /// <summary>
    /// Bytes of all entries together, unpacked, those included that are not evidence; and of the file: as many as a ZIP
    /// without ZIP64 can count. Two readers of one ZIP64 file too often see two files.
    /// </summary>
    public const long PackageBytes = uint.MaxValue;

    /// <summary>Bytes of <c>MANIFEST.sha256</c>: a line for each entry, with the longest names.</summary>
    public const int SumsBytes = PackageEntries * (2 * Hash.Size + 3 + PackageNames.MaxBytes);
}
