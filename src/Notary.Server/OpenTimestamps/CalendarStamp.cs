using Notary.Core;

namespace Notary.Server;

/// <summary>
/// What one calendar has made of one root, and when to ask it again. Immutable: each answer gives the next state. A
/// calendar's word counts only for what it is: an answer is read as operations on the very message that was sent, so
/// whatever it says, it commits to that message.
/// </summary>
/// <param name="Calendar">Its address.</param>
/// <param name="Timestamp">Over the raw root; null until the calendar has taken it.</param>
internal sealed record CalendarStamp(Uri Calendar, OtsTimestamp? Timestamp)
{
    /// <summary>Bytes of a timestamp: a calendar that answers with ever more pending ones is not followed for ever.</summary>
    public const int MaxBytes = 32 << 10;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);

    // A calendar needs hours for a block; asking sooner and sooner would only load it.
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromHours(6);

    /// <summary>Answers in a row that brought nothing: failures, or "not yet".</summary>
    public int InVain { get; private init; }

    /// <summary>When to ask next.</summary>
    public DateTimeOffset Due { get; init; } = DateTimeOffset.MinValue;

    /// <summary>Whether a Bitcoin block is named, so that there is nothing more to ask for.</summary>
    public bool IsComplete => Timestamp?.AllAttestations.Any(attestation => attestation is BitcoinAttestation) == true;

    /// <summary>The calendar has taken the root, or answered with more than it had.</summary>
    public CalendarStamp Answered(OtsTimestamp timestamp, DateTimeOffset now) =>
        this with { Timestamp = timestamp, InVain = 0, Due = now + FirstPoll };

    /// <summary>The calendar says that Bitcoin is not there yet.</summary>
    public CalendarStamp NotYet(DateTimeOffset now) => Later(now, FirstPoll, LongestPoll);

    /// <summary>It cannot be asked, or what it answers makes no sense.</summary>
    public CalendarStamp Failed(DateTimeOffset now) => Later(now, FirstRetry, LongestRetry);

    /// <summary>The timestamp with answers in the place of the pending attestations that they are about; null when the format has no room for it.</summary>
    /// <param name="root">What the timestamp is over.</param>
    /// <param name="answers">By the message that was asked about.</param>
    public OtsTimestamp? With(in Hash root, IReadOnlyDictionary<string, OtsTimestamp> answers)
    {
        var merged = Timestamp!.Change(root.ToArray(), (message, timestamp) => answers.TryGetValue(Key(message), out var answer)
            ? Replace(timestamp, answer)
            : timestamp);
        return merged.Fits(Hash.Size) && merged.ToBytes(Hash.Size).Length <= MaxBytes ? merged : null;
    }

    /// <summary>A message as <see cref="With"/> and a calendar's paths spell it.</summary>
    public static string Key(ReadOnlyMemory<byte> message) => Convert.ToHexStringLower(message.Span);

    // A promise that has been kept says nothing any more.
    private static OtsTimestamp Replace(OtsTimestamp pending, OtsTimestamp answer) => answer.AllAttestations.Any(attestation => attestation is BitcoinAttestation)
        ? new OtsTimestamp(
            pending.Attestations.Where(attestation => attestation is not PendingAttestation).Concat(answer.Attestations),
            pending.Branches.Concat(answer.Branches))
        : pending.Merge(answer);

    private CalendarStamp Later(DateTimeOffset now, TimeSpan first, TimeSpan longest)
    {
        var delay = first * Math.Pow(2, Math.Min(InVain, 20));
        return this with { InVain = InVain + 1, Due = now + (delay < longest ? delay : longest) };
    }
}
