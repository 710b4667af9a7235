namespace Notary.Core;

/// <summary>
/// The ledgers' keys that count in one verification: those of the trust file, and those that follow them by a proven key
/// change. A change is the verifier's own input like the trust file, but it needs no trust: it starts from a key that is
/// trusted already.
/// </summary>
internal sealed class TrustedKeys
{
    private readonly IReadOnlyDictionary<VerifierKey, DateTimeOffset> compromised;
    private readonly Dictionary<VerifierKey, KeyChangeProof> followed = [];

    private TrustedKeys(TrustPolicy policy, IReadOnlyDictionary<VerifierKey, DateTimeOffset> compromised) =>
        (Policy, this.compromised) = (policy, compromised);

    /// <summary>The trust file with the keys that follow.</summary>
    public TrustPolicy Policy { get; private set; }

    /// <summary>Why a change was not followed, a clause each.</summary>
    public List<(KeyChangeProof Change, string Problem)> Refused { get; } = [];

    public static TrustedKeys Of(VerifierInputs inputs)
    {
        var trusted = new TrustedKeys(inputs.Policy, inputs.Compromised);
        var waiting = inputs.KeyChanges.ToList();
        // In any order: each round takes those that start from a key trusted by now.
        while (waiting.Find(change => trusted.WhyNot(change) is null) is { } next)
        {
            trusted.Follow(next);
            waiting.Remove(next);
        }

        trusted.Refused.AddRange(waiting.Select(change => (change, trusted.WhyNot(change)!)));
        return trusted;
    }

    /// <summary>How a key came to be trusted, or null when the trust file names it.</summary>
    public KeyChangeProof? ChangeTo(VerifierKey key) => followed.GetValueOrDefault(key);

    /// <summary>Since when the key's signature alone shows nothing any more, or null.</summary>
    public DateTimeOffset? CompromisedSince(VerifierKey key) => compromised.TryGetValue(key, out var since) ? since : null;

    // A thief signs key changes as easily as checkpoints: after a theft the new key is learned from the operator only.
    private string? WhyNot(KeyChangeProof change) => CompromisedSince(change.Change.Old) is null
        ? change.WhyNot(Policy)
        : "starts from a key that was compromised: learn the new key from the operator";

    private void Follow(KeyChangeProof change)
    {
        // One that the trust file names itself stays the trust file's.
        if (Policy.Logs.All(log => log.Key != change.Change.New))
            followed[change.Change.New] = change;
        Policy = Policy.With(change.Change);
    }
}
