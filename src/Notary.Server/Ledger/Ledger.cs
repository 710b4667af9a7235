using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// An open ledger: the one object that the gRPC and HTTP services talk to. Safe for concurrent use.
/// </summary>
public sealed class Ledger : IAsyncDisposable
{
    private Ledger()
    {
    }

    /// <summary>The ledger's name, also the name of its key.</summary>
    public string Origin => throw new NotImplementedException();

    /// <summary>The key that signs its checkpoints.</summary>
    public VerifierKey Key => throw new NotImplementedException();

    /// <summary>The last signed checkpoint; its size is at least 1.</summary>
    public SignedCheckpoint Latest => throw new NotImplementedException();

    public LedgerHealth Health => throw new NotImplementedException();

    /// <summary>
    /// Ends, with the reason, when the ledger has stopped itself after a fatal error. The process must stop then: opening
    /// again is the one recovery path. Never ends otherwise.
    /// </summary>
    public Task<Exception> Failure => throw new NotImplementedException();

    /// <summary>Opens the ledger of the folder, or creates it.</summary>
    /// <exception cref="LedgerRefusedException">It must not or cannot be opened; the message says what to do.</exception>
    public static Ledger Open(LedgerOptions options, ILogger<Ledger> logger) => throw new NotImplementedException();

    /// <summary>
    /// Puts a deposit on the ledger. Idempotent by the request's uuid: the same bytes of the same account get the same
    /// statement and claims again. Cancelling ends the waiting, not the deposit.
    /// </summary>
    /// <param name="account">The caller's account, as authenticated.</param>
    /// <param name="request">The request bytes (formats §2).</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="MalformedException">The request breaks a rule of its format, or names another ledger or account.</exception>
    public Task<DepositResult> DepositAsync(string account, ReadOnlyMemory<byte> request, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>The certificate of a deposit with a proof against the latest checkpoint, or null when there is none.</summary>
    /// <param name="account">The caller's account: claims and request are withheld from every account but the depositing one.</param>
    /// <param name="deposit">The uuid.</param>
    public IssuedCertificate? GetCertificate(string account, DepositId deposit) => throw new NotImplementedException();

    /// <param name="account">Whose deposits.</param>
    /// <param name="pageSize">1 to 1,000.</param>
    /// <param name="before">Only entries below this index; null begins with the newest.</param>
    public DepositPage ListDeposits(string account, int pageSize, ulong? before) => throw new NotImplementedException();

    /// <param name="first">At least 1.</param>
    /// <param name="second">At least <paramref name="first"/>, at most the latest size; 0 is the latest size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sizes are not 1 ≤ first ≤ second ≤ latest.</exception>
    public ConsistencyProof ProveConsistency(ulong first, ulong second) => throw new NotImplementedException();

    /// <summary>A tile or entry bundle of C2SP tlog-tiles, full or partial, or null when no checkpoint covers it yet.</summary>
    public ReadOnlyMemory<byte>? ReadTile(TileId tile) => throw new NotImplementedException();

    /// <summary>Answers what waits, then closes. Deposits that come later are answered <see cref="DepositOutcome.Stopped"/>.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
