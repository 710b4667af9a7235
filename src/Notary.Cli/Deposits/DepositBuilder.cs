using System.Security.Cryptography;
using Notary.Core;

namespace Notary.Cli;

/// <summary>What the user says of all deposits of a run.</summary>
/// <param name="Ledger">The ledger's origin.</param>
/// <param name="Account">The account.</param>
/// <param name="Kind">The kind of document.</param>
/// <param name="Title">A title, or null.</param>
/// <param name="Previous">The deposit these follow, or null.</param>
/// <param name="Key">The depositor's key, or null for unsigned requests.</param>
/// <param name="Context">How the data came to be, or null.</param>
internal sealed record DepositTerms(string Ledger, string Account, string Kind, string? Title, DepositId? Previous, SigningKey? Key, ContextRecord? Context = null);

/// <summary>Makes deposits: chooses uuid, seed and nonce, and builds the commitment and the request. Safe for several threads.</summary>
internal sealed class DepositBuilder(DepositTerms terms, TimeProvider time, RandomNumberGenerator random)
{
    /// <summary>The account on a ledger that has none.</summary>
    public const string LocalAccount = "local";

    public DepositId NewId()
    {
        Span<byte> bytes = stackalloc byte[DepositId.RandomBytes];
        random.GetBytes(bytes);
        return DepositId.Create(time.GetUtcNow(), bytes);
    }

    /// <param name="id">A new uuid.</param>
    /// <param name="evidenceName">Where the evidence goes.</param>
    /// <param name="files">The files, hashed.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public PendingDeposit Build(DepositId id, string evidenceName, IReadOnlyList<ItemText> files, CancellationToken cancellation)
    {
        var seed = NewHash();
        IReadOnlyList<ItemText> items = terms.Context is { } context ? [.. files, context.ToItem()] : files;
        var fingerprint = Fingerprint.Create(terms.Ledger, id, seed, items, cancellation);
        var request = new DepositRequest
        {
            Ledger = terms.Ledger,
            Deposit = id,
            Account = terms.Account,
            Commitment = fingerprint.Commitment,
            Items = (ulong)items.Count,
            Nonce = NewHash(),
            Kind = terms.Kind,
            Title = terms.Title,
            Previous = terms.Previous,
            Requested = Timestamp.RoundDown(time.GetUtcNow()),
        };
        return new PendingDeposit(evidenceName, seed, RequestBytes.Create(request, terms.Key), Manifest.Create(items), terms.Context);
    }

    private Hash NewHash()
    {
        Span<byte> bytes = stackalloc byte[Hash.Size];
        random.GetBytes(bytes);
        return new Hash(bytes);
    }
}
