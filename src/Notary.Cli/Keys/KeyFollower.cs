using Notary.Core;

namespace Notary.Cli;

/// <summary>Asks somebody for the change of a ledger's key from an old one; null when there is none to be had.</summary>
/// <exception cref="CliException">Not reached, or not such a text.</exception>
internal delegate Task<KeyChangeProof?> KeyChangeSource(VerifierKey old, CancellationToken cancellation);

/// <summary>Where following a ledger led.</summary>
/// <param name="Policy">The trust with every key that was proven.</param>
/// <param name="Changes">Every change that was proven, in order.</param>
/// <param name="New">Those of them to keys that were not trusted before.</param>
internal sealed record Followed(TrustPolicy Policy, IReadOnlyList<KeyChangeProof> Changes, IReadOnlyList<KeyChangeProof> New)
{
    /// <summary>Nothing followed yet.</summary>
    public static Followed None(TrustPolicy policy) => new(policy, [], []);

    /// <summary>And what was followed from there.</summary>
    public Followed Then(Followed more) => new(more.Policy, [.. Changes, .. more.Changes], [.. New, .. more.New]);

    public bool Knows(VerifierKey key) => Policy.Logs.Any(log => log.Key == key);

    /// <summary>Says what happened to a user whose trust file stays as it is, and what to add to it.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="place">The trust file.</param>
    /// <param name="update">How to bring it up to date, as a clause.</param>
    public void Tell(Terminal terminal, string place, string update)
    {
        foreach (var change in New)
            terminal.Warning(Describe(change));
        if (New.Count > 0)
            terminal.Hint($"{place} was not changed; {update}");
    }

    /// <summary>Says it to a user whose trust file this program keeps, after it has been written.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="place">The trust file.</param>
    public void TellUpdated(Terminal terminal, string place)
    {
        foreach (var change in New)
        {
            terminal.Line(Describe(change));
            terminal.Line($"  added to {place}, beside the old one, which older certificates need");
        }
    }

    private static string Describe(KeyChangeProof change) =>
        $"{change.Change.Ledger} changed its key at entry {change.Proof.Index}; the trusted key with id {change.Change.Old.KeyId:x8} signed that, and the new one is {change.Change.New}";
}

/// <summary>
/// Follows a ledger from the keys that are trusted to those it changed to, one proven change after the other. Whoever
/// hands over the changes is not trusted.
/// </summary>
internal static class KeyFollower
{
    /// <param name="policy">What is trusted.</param>
    /// <param name="origin">The ledger.</param>
    /// <param name="source">Who hands over changes.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="CliException">Exit code 1: a change that proves nothing. Otherwise as the source.</exception>
    public static async Task<Followed> FollowAsync(TrustPolicy policy, string origin, KeyChangeSource source, CancellationToken cancellation)
    {
        var (before, changes, asked) = (policy, new List<KeyChangeProof>(), new HashSet<VerifierKey>());
        while (policy.Logs.Select(log => log.Key).FirstOrDefault(key => key.Name == origin && asked.Add(key)) is { } old)
        {
            if (await source(old, cancellation) is not { } change)
                continue;
            if (change.Change.Old != old)
                throw Refused(origin, $"starts from another key than {old}, for which it was shown");
            if (change.WhyNot(policy) is { } problem)
                throw Refused(origin, problem);
            changes.Add(change);
            policy = policy.With(change.Change);
            // A trust file has room for so many keys: a source that leads on for ever ends there.
            if (policy.Logs.Count > TrustPolicy.MaxOfAKind)
                throw Refused(origin, "is one more than a trust file has room for");
        }

        return new Followed(policy, changes, changes.FindAll(change => before.Logs.All(log => log.Key != change.Change.New)));
    }

    /// <summary>As <see cref="FollowAsync"/> for every ledger that is trusted, from what is at hand.</summary>
    public static async Task<Followed> FollowAllAsync(TrustPolicy policy, KeyChangeSource source, CancellationToken cancellation)
    {
        var all = Followed.None(policy);
        foreach (var origin in policy.Logs.Select(log => log.Key.Name).Distinct(StringComparer.Ordinal))
            all = all.Then(await FollowAsync(all.Policy, origin, source, cancellation));
        return all;
    }

    /// <summary>The error when nothing leads to the key that a ledger signs with.</summary>
    public static CliException NotReached(string address, string origin) => new(
        ExitCode.Failed,
        $"{address} shows a checkpoint of {origin} that is not signed by the key of {origin} in the trust file, and no key change leads from there to the key that signed it",
        "this is not that ledger, or its operator gave up a compromised key: get the new key from the operator's own publication, never from the server");

    private static CliException Refused(string origin, string problem) =>
        new(ExitCode.Failed, $"a key change of {origin} was shown that must not be followed: it {problem}");
}
