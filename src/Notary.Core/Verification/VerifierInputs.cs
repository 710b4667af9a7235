namespace Notary.Core;

/// <summary>A document that the verifier holds, already hashed.</summary>
/// <param name="Path">Its name as a deposit of the same arguments would write it: relative, with forward slashes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Its SHA-256.</param>
/// <param name="Sm3">Its SM3, or null when it was not computed: an item that states one is then not checked.</param>
public sealed record GivenFile(string Path, ulong Size, Hash Sha256, Hash? Sm3 = null);

/// <summary>What the verifier brings: the whole of the trust, and the documents to compare.</summary>
/// <param name="Policy">Whose checkpoints and cosignatures count.</param>
public sealed record VerifierInputs(TrustPolicy Policy)
{
    /// <summary>The key of the account that the verifier expects to have deposited, or null.</summary>
    public VerifierKey? Depositor { get; init; }

    /// <summary>The documents; null when none was given, empty when what was given holds none.</summary>
    public IReadOnlyList<GivenFile>? Files { get; init; }

    /// <summary>Certificates of earlier deposits, to confirm the one that the request says it follows.</summary>
    public IReadOnlyList<Certificate> Previous { get; init; } = [];

    /// <summary>Changes of a ledger's key since the trust file was written, in any order; each is proven, none is believed.</summary>
    public IReadOnlyList<KeyChangeProof> KeyChanges { get; init; } = [];

    /// <summary>
    /// Headers of Bitcoin blocks by height, from the verifier's own node or list: that each is in the chain at its height is
    /// the verifier's word. What is not here is not checked.
    /// </summary>
    public IReadOnlyDictionary<ulong, BlockHeader> BlockHeaders { get; init; } = new Dictionary<ulong, BlockHeader>();

    /// <summary>
    /// Ledgers' keys that somebody else came to hold, and since when: from then on their signature shows nothing, and
    /// before it only where an independent time says that it was before.
    /// </summary>
    public IReadOnlyDictionary<VerifierKey, DateTimeOffset> Compromised { get; init; } = new Dictionary<VerifierKey, DateTimeOffset>();

    /// <summary>Whose time-stamp tokens count; null: nobody's.</summary>
    public TimestampRoots? TimestampRoots { get; init; }

    /// <summary>
    /// What the reader of the file that the evidence came in found out about that file: of a PDF, <see cref="CheckNames.Pages"/>
    /// and <see cref="CheckNames.Seal"/>. They count like the nine.
    /// </summary>
    public IReadOnlyList<Check> OfFile { get; init; } = [];
}
