using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// How old what is shown may be. A checkpoint carries no time of its own, and an idle ledger looks like one that is held
/// back. Two things bound the age: the newest entry's time, which the operator's clock says, and the time of a trusted
/// witness's cosignature, which somebody independent says.
/// </summary>
/// <param name="Time">The younger of the two; null when there is neither.</param>
/// <param name="Source">Who says it.</param>
internal sealed record Freshness(DateTimeOffset? Time, string Source)
{
    /// <summary>How far a clock may be ahead of this machine's before it is worth a word.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);

    public static Freshness Of(SeenCheckpoint seen, DateTimeOffset? received, TrustPolicy trust)
    {
        var cosigned = trust.Witnesses
            .SelectMany(witness => seen.Note.Signatures.Select(signature => TimeOf(witness.Key, seen.Note, signature)))
            .Max();
        return cosigned is not null && (received is null || cosigned >= received)
            ? new Freshness(cosigned, "a witness cosigned it then")
            : new Freshness(received, "the newest deposit says so, by the operator's clock");
    }

    /// <summary>What is wrong with the age, or null.</summary>
    /// <param name="now">This machine's clock.</param>
    /// <param name="limit">The age that is borne; null for any.</param>
    public Finding? Check(DateTimeOffset now, TimeSpan? limit)
    {
        if (Time is { } ahead && ahead - now > Tolerance)
            return new Finding(FindingKinds.Age, ExitCode.Indeterminate, $"the ledger's newest time, {Timestamp.Format(ahead)}, lies in the future: its clock or this machine's is wrong");
        if (limit is null || now - Time <= limit)
            return null;
        return new Finding(
            FindingKinds.Age,
            ExitCode.Indeterminate,
            Time is { } time
                ? $"nothing shows that the ledger is younger than {Durations.Describe(now - time)} ({Timestamp.Format(time)}; {Source})"
                : "nothing shows how old the ledger is: it has no deposits and no cosignatures",
            "an idle ledger and one that is held back look the same; ask the operator, or make a deposit and see it appear");
    }

    private static DateTimeOffset? TimeOf(VerifierKey witness, SignedNote note, NoteSignature signature) =>
        signature.Name == witness.Name && signature.KeyId == witness.KeyId
        && witness.Verify(note.Text, signature, out var time) && time > DateTimeOffset.UnixEpoch ? time : null;
}
