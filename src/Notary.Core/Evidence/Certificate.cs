namespace Notary.Core;

/// <summary>
/// <c>certificate.json</c>: what the ledger hands back for a deposit, checkable without it. A container of texts; nothing
/// here has been verified, and the texts have not even been parsed.
/// </summary>
public sealed record Certificate
{
    /// <summary>The <c>notary.statement/v1</c> text.</summary>
    public required string Statement { get; init; }

    /// <summary>The <c>notary.claims/v1</c> text; null when it is withheld.</summary>
    public string? Claims { get; init; }

    /// <summary>The request bytes, signature lines included; null when they are withheld. Not without <see cref="Claims"/>.</summary>
    public string? Request { get; init; }

    /// <summary>The tlog-proof of the statement, which ends in a checkpoint.</summary>
    public required string Proof { get; init; }

    /// <summary>In the order in which they were added; may be empty.</summary>
    public IReadOnlyList<TimestampToken> Timestamps { get; init; } = [];

    /// <summary>
    /// The checkpoint note that <see cref="Proof"/> ends in, as <c>checkpoint.txt</c> holds it: what follows the first empty
    /// line. Null when there is none, which makes the proof malformed.
    /// </summary>
    public string? Checkpoint => CheckpointOf(Proof);

    /// <summary>The note that a tlog-proof ends in, byte for byte; null when it holds none.</summary>
    internal static string? CheckpointOf(string proof) => proof.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and var end ? proof[(end + 2)..] : null;

    /// <summary>Reads <c>certificate.json</c>. Unknown members are ignored, everything else is strict.</summary>
    /// <exception cref="MalformedException">Not JSON, over a limit, a member repeated, missing or of the wrong kind, or a
    /// request without claims.</exception>
    public static Certificate Parse(ReadOnlyMemory<byte> json) => CertificateJson.Parse(json);

    /// <summary>UTF-8; equal certificates give equal bytes on every machine and version.</summary>
    /// <exception cref="InvalidOperationException">A certificate that <see cref="Parse"/> would refuse.</exception>
    public byte[] ToJson() => CertificateJson.Write(this);

    /// <summary>The files of <c>timestamps/</c> that repeat the tokens, by their names in evidence.</summary>
    public IEnumerable<(string Name, ReadOnlyMemory<byte> Content)> TimestampFiles() => Core.TimestampFiles.Of(this);

    public bool Equals(Certificate? other) =>
        other is not null && Statement == other.Statement && Claims == other.Claims && Request == other.Request
        && Proof == other.Proof && Timestamps.SequenceEqual(other.Timestamps);

    public override int GetHashCode() => HashCode.Combine(Statement, Proof, Timestamps.Count);
}

/// <summary>An RFC 3161 time-stamp, unverified.</summary>
/// <param name="Over">What its imprint is of: <see cref="OverCheckpoint"/> or <see cref="OverCommitment"/>.</param>
/// <param name="Token">The token in DER.</param>
/// <param name="Proof">The tlog-proof whose checkpoint it is over; null: the certificate's own.</param>
public sealed record TimestampToken(string Over, ReadOnlyMemory<byte> Token, string? Proof)
{
    /// <summary>The full bytes of the checkpoint note in the proof.</summary>
    public const string OverCheckpoint = "checkpoint";

    /// <summary>The commitment: dates what was deposited, not the entry.</summary>
    public const string OverCommitment = "commitment";

    public bool Equals(TimestampToken? other) =>
        other is not null && Over == other.Over && Proof == other.Proof && Token.Span.SequenceEqual(other.Token.Span);

    public override int GetHashCode() => HashCode.Combine(Over, Proof, Token.Length);
}
