using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// A deposit that waits for its number. Everything that does not depend on the number was made by the caller's thread.
/// Its continuations run on the thread that sets the result: only <see cref="SequencedAnswers"/> does.
/// </summary>
internal sealed class PendingDeposit(RequestBytes request, byte[] claims)
    : TaskCompletionSource<SequencedDeposit>
{
    public RequestBytes Request { get; } = request;

    public DepositId Deposit => Request.Request.Deposit;

    public byte[] Claims { get; } = claims;

    public Hash ClaimsHash { get; } = Hash.Of(claims);

    /// <summary>The same deposit, sent again: same uuid, same bytes, and with them the same account.</summary>
    public bool IsSame(PendingDeposit other) => Request.Bytes.Span.SequenceEqual(other.Request.Bytes.Span);
}

/// <summary>What the sequencer made of a deposit.</summary>
/// <param name="Outcome">Issued also when the uuid was found in the store, by whomever it was deposited.</param>
/// <param name="Reason">As in <see cref="DepositResult"/>.</param>
/// <param name="Index">The entry, when issued.</param>
/// <param name="First">The deposit that was written, when this batch wrote it: of equal ones in a batch, the first.</param>
/// <param name="Batch">The batch that wrote it, or null when the store already had it.</param>
internal readonly record struct SequencedDeposit(
    DepositOutcome Outcome, string? Reason, ulong Index, PendingDeposit? First, LedgerBatch? Batch);

/// <summary>An entry that the ledger writes of its own accord, not for a depositor. Its result is the index, or null when it was not written.</summary>
/// <param name="print">The entry's text, given the time that it carries.</param>
internal sealed class OwnEntry(Func<DateTimeOffset, string> print) : TaskCompletionSource<ulong?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>What is kept beside it, where a deposit's request is; private, and hashed into the text.</summary>
    public ReadOnlyMemory<byte> Record { get; init; }

    /// <summary>What the account index lists it under; null: nothing.</summary>
    public string? Account { get; init; }

    /// <summary>Whether it is written also while the clock dates nothing, with no time before the newest entry's.</summary>
    public bool TellsOfTheClock { get; init; }

    public NewEntry ToEntry(DateTimeOffset now) => new(Encoding.UTF8.GetBytes(print(now)), default, Record, null, Account);
}
