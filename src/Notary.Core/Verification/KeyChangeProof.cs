using System.Text;

namespace Notary.Core;

/// <summary>
/// What whoever trusts a ledger's old key needs to accept its new one: the key entry, and its inclusion under a checkpoint
/// that the old key signed. As a text: the entry, an empty line, a tlog-proof. It proves itself, so it may come from anybody.
/// </summary>
/// <param name="Change">The entry.</param>
/// <param name="Proof">Its inclusion, up to a checkpoint with the old key's signature.</param>
public sealed record KeyChangeProof(KeyChange Change, TlogProof Proof)
{
    /// <summary>Bytes of the text at most.</summary>
    public const int MaxBytes = Limits.StatementBytes + 1 + 2 * Limits.NoteBytes;

    private const string Document = "key change";

    /// <exception cref="MalformedException">Not an entry, an empty line and a tlog-proof.</exception>
    public static KeyChangeProof Parse(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
            throw new MalformedException(Document, null, $"is longer than {MaxBytes} bytes");
        // The entry has no empty line of its own: the first one ends it.
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        return end >= 0
            ? new KeyChangeProof(KeyChange.Parse(text[..(end + 1)]), TlogProof.Parse(text[(end + 2)..]))
            : throw new MalformedException(Document, null, "is not a key entry, an empty line and a tlog-proof");
    }

    /// <param name="bytes">The text in UTF-8.</param>
    /// <exception cref="MalformedException">As <see cref="Parse(string)"/>, or not UTF-8.</exception>
    public static KeyChangeProof Parse(ReadOnlySpan<byte> bytes) => Parse(StrictText.Decode(Document, bytes));

    public string ToText() => $"{Change.ToText()}\n{Proof}";

    /// <summary>Why whoever trusts the policy must not accept the new key, or null when they can. Checked also where the policy names it already.</summary>
    /// <returns>A clause that follows "the key change".</returns>
    public string? WhyNot(TrustPolicy policy)
    {
        var keys = policy.Logs.Select(log => log.Key).ToList();
        if (!keys.Contains(Change.Old))
            return $"starts from a key that is not trusted, {Change.Old}";
        if (policy.Witnesses.Any(witness => witness.Key.PublicKey.Span.SequenceEqual(Change.New.PublicKey.Span)))
            return "names the key of a witness, and a ledger is no witness of itself";
        if (keys.Any(key => key.Name == Change.Ledger && key.KeyId == Change.New.KeyId && key != Change.New))
            return "names a key with the id of one that is trusted";
        if (!Change.ProvesPossession())
            return "has a proof that the new key did not sign";
        return WhyNotProven(policy, keys);
    }

    private string? WhyNotProven(TrustPolicy policy, List<VerifierKey> keys)
    {
        var (checkpoint, note) = (Proof.Checkpoint, Proof.Note);
        if (checkpoint.Origin != Change.Ledger)
            return $"ends in a checkpoint of another ledger, {checkpoint.Origin}";
        var leaf = MerkleHash.Leaf(TextRules.Utf8.GetBytes(Change.ToText()));
        if (!MerkleTree.VerifyInclusion(Proof.Index, checkpoint.Size, leaf, Proof.Path, checkpoint.Root))
            return "is not in the tree of its checkpoint";
        // C2SP signed-note: a bad signature of any known key condemns the note; the new key is known by now.
        if (note.Check(Change.New) == NoteCheck.Invalid || keys.Any(key => note.Check(key) == NoteCheck.Invalid))
            return "ends in a checkpoint with a bad signature: it was altered or forged";
        if (note.Check(Change.Old) != NoteCheck.Valid)
            return "ends in a checkpoint that the old key did not sign";
        return policy.QuorumMet(note) ? null : "ends in a checkpoint without the cosignatures that the trust file asks for";
    }
}
