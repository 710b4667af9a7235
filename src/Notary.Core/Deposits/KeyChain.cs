namespace Notary.Core;

/// <summary>
/// The keys of one ledger in their order, from the one that entry 0 names on. Each change must start from the key that
/// is current, so entries left out, repeated or in another order are noticed. Not safe for concurrent use.
/// </summary>
public sealed class KeyChain
{
    private readonly List<VerifierKey> keys;

    /// <param name="keys">The key that entry 0 names, whose name is the ledger's origin; then what an earlier chain took in.</param>
    public KeyChain(params IEnumerable<VerifierKey> keys)
    {
        this.keys = [.. keys];
        ArgumentOutOfRangeException.ThrowIfZero(this.keys.Count, nameof(keys));
    }

    /// <summary>The key that signs the ledger's checkpoints after the last change.</summary>
    public VerifierKey Current => keys[^1];

    /// <summary>Every key, the first one first.</summary>
    public IReadOnlyList<VerifierKey> Keys => keys;

    /// <summary>Takes in the next change, or says what is wrong with it and leaves the chain as it is.</summary>
    /// <returns>Null, or a clause that follows "entry n".</returns>
    public string? Continue(KeyChange change)
    {
        if (change.Ledger != Current.Name)
            return $"changes the key of another ledger, {change.Ledger}";
        if (change.Old != Current)
            return "does not change the key that was the ledger's until then";
        // A key that was given up must not come back: whoever stole it meanwhile would come back with it. And two keys
        // with one id could not be told apart in a note.
        if (keys.Any(key => key.KeyId == change.New.KeyId))
            return "names a key that the ledger had before, or one with its id";
        if (!change.ProvesPossession())
            return "has a proof that the new key did not sign";
        keys.Add(change.New);
        return null;
    }
}
