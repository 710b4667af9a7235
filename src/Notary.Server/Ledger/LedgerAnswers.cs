using Notary.Core;

namespace Notary.Server;

/// <summary>What has become in Bitcoin of an entry.</summary>
/// <param name="Index">The entry's.</param>
/// <param name="Timestamp">Over the smallest anchored tree that includes it; null: there is none yet.</param>
/// <param name="PendingSize">Without one: the smallest tree that includes it and is with a calendar; 0: none.</param>
internal sealed record AnchoredEntry(ulong Index, LedgerTimestamp? Timestamp, ulong PendingSize);

/// <summary>A certificate as bytes, the way the store holds its texts: nobody prints them a second time.</summary>
/// <param name="Statement">The ledger entry, UTF-8.</param>
/// <param name="Claims">The claims text; empty when withheld.</param>
/// <param name="Request">The request bytes as they came; empty when withheld.</param>
/// <param name="Proof">A tlog-proof that ends in a checkpoint signed with or after the entry.</param>
public sealed record IssuedCertificate(
    ReadOnlyMemory<byte> Statement, ReadOnlyMemory<byte> Claims, ReadOnlyMemory<byte> Request, ReadOnlyMemory<byte> Proof)
{
    /// <summary>The entry's index, where the certificate was read from the ledger.</summary>
    public ulong Index { get; init; }

    /// <summary>Outside authorities' tokens over checkpoints that include the entry, one an authority; empty until there are some.</summary>
    public IReadOnlyList<IssuedTimestamp> Timestamps { get; init; } = [];
}

/// <summary>A token over a checkpoint.</summary>
/// <param name="Token">DER.</param>
/// <param name="Proof">The tlog-proof of the entry that ends in that checkpoint.</param>
public sealed record IssuedTimestamp(ReadOnlyMemory<byte> Token, ReadOnlyMemory<byte> Proof);

/// <summary>How a deposit ended.</summary>
public enum DepositOutcome
{
    /// <summary>It is on the ledger, durable; the certificate says where.</summary>
    Issued,

    /// <summary>The uuid is taken by other request bytes or another account. Nothing of it is told.</summary>
    AlreadyExists,

    /// <summary>Too many wait. Nothing was written; the same bytes may be sent again.</summary>
    QueueFull,

    /// <summary>Not written: no room on the disk, or the clock went back. The same bytes may be sent again.</summary>
    Unavailable,

    /// <summary>
    /// The ledger is stopping or has stopped. After a fatal error the deposit may or may not be on it; the same bytes sent
    /// again after the restart tell.
    /// </summary>
    Stopped,
}

/// <summary>The end of one deposit.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Certificate">Not null exactly when <paramref name="Outcome"/> is <see cref="DepositOutcome.Issued"/>.</param>
/// <param name="Reason">One clause for the depositor, without a full stop, when nothing was issued.</param>
/// <param name="Index">The entry, when issued.</param>
public readonly record struct DepositResult(DepositOutcome Outcome, IssuedCertificate? Certificate, string? Reason, ulong Index = 0);

/// <summary>A checkpoint as it was signed.</summary>
/// <param name="Checkpoint">What the note says.</param>
/// <param name="Note">The note's bytes, every signature included.</param>
public sealed record SignedCheckpoint(Checkpoint Checkpoint, ReadOnlyMemory<byte> Note);

/// <summary>One line of a list of deposits.</summary>
/// <param name="Deposit">The uuid.</param>
/// <param name="Index">Where its entry stands.</param>
/// <param name="Received">The ledger's time.</param>
/// <param name="Commitment">What was deposited.</param>
/// <param name="Request">What its account asked; null when the store holds nothing that the entry commits to and that names this account.</param>
public sealed record DepositSummary(DepositId Deposit, ulong Index, DateTimeOffset Received, Hash Commitment, DepositRequest? Request);

/// <summary>A page of an account's deposits, newest first.</summary>
/// <param name="Deposits">At most the page size.</param>
/// <param name="Next">The index to give as <c>before</c> for the next page, or null when this is the last.</param>
public sealed record DepositPage(IReadOnlyList<DepositSummary> Deposits, ulong? Next);

/// <summary>A consistency proof between two tree sizes (RFC 6962 §2.1.2).</summary>
/// <param name="Second">The larger size.</param>
/// <param name="Path">Its hashes; empty when the sizes are equal.</param>
/// <param name="Checkpoint">The signed checkpoint of <paramref name="Second"/> when that is the latest, otherwise null.</param>
public sealed record ConsistencyProof(ulong Second, IReadOnlyList<Hash> Path, SignedCheckpoint? Checkpoint);

/// <summary>Whether a ledger issues, and if not, why.</summary>
public enum LedgerState
{
    Issuing,

    /// <summary>The clock is behind the newest entry.</summary>
    ClockBehind,

    /// <summary>The clock may be off by more than is allowed, or its sources have not confirmed it yet.</summary>
    ClockUncertain,

    /// <summary>The clock was set back, and its sources have not confirmed it since.</summary>
    ClockSetBack,

    /// <summary>The disk is full.</summary>
    NoRoom,

    /// <summary>The last append failed and wrote nothing.</summary>
    StoreFailed,

    /// <summary>Other servers write to the ledger all the time.</summary>
    Contended,

    /// <summary>It takes no more deposits because the server is being stopped.</summary>
    Stopping,

    /// <summary>A fatal error; only another start of the process helps.</summary>
    Failed,
}

/// <summary>Whether the ledger issues.</summary>
/// <param name="State">Not <see cref="LedgerState.Issuing"/> while it refuses deposits for a reason of its own, a full queue aside.</param>
/// <param name="Reason">Why not, one clause without a full stop.</param>
public sealed record LedgerHealth(LedgerState State, string? Reason)
{
    public bool Issuing => State == LedgerState.Issuing;

    internal static LedgerHealth Good { get; } = new(LedgerState.Issuing, null);
}
