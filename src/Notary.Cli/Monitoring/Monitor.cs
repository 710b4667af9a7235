using Notary.Core;

namespace Notary.Cli;

/// <summary>What a monitor is told to watch.</summary>
/// <param name="Folder">Where it keeps its state.</param>
/// <param name="Trust">Whose ledger it must be.</param>
/// <param name="Certificates">Paths of certificates that must still hold.</param>
/// <param name="MaxAge">The age that is borne; null for any.</param>
internal sealed record MonitorOptions(string Folder, TrustPolicy Trust, IReadOnlyList<string> Certificates, TimeSpan? MaxAge);

/// <summary>What a visit saw.</summary>
/// <param name="Seen">The checkpoint; null when none could be read.</param>
/// <param name="State">What is remembered now.</param>
/// <param name="Findings">What is wrong; empty for nothing.</param>
/// <param name="Followed">The key changes that it took to trust the checkpoint.</param>
internal sealed record Visit(SeenCheckpoint? Seen, MonitorState State, IReadOnlyList<Finding> Findings, Followed Followed)
{
    /// <summary>Of the worst finding: a failed check before a server that is not reached, and that before what cannot be known.</summary>
    public int ExitCode
    {
        get
        {
            foreach (var code in (int[])[Cli.ExitCode.Failed, Cli.ExitCode.Server, Cli.ExitCode.Indeterminate])
            {
                if (Findings.Any(finding => finding.ExitCode == code))
                    return code;
            }

            return Cli.ExitCode.Pass;
        }
    }
}

/// <summary>
/// One visit to a ledger. (1) Its checkpoint is signed by a trusted key, (2) continues the one of the last visit, (3) and
/// the certificates that are watched; (4) the new entries keep the ledger's rules; (5) it is not too old.
/// </summary>
internal sealed class Monitor(MonitorOptions options, TileClient client, TimeProvider time)
{
    private readonly Continuity continuity = new(Path.Join(options.Folder, "fork"), client.Address, time);
    private readonly List<Finding> findings = [];
    private MonitorState state = new();
    private SeenCheckpoint? seen;
    private Followed followed = Followed.None(options.Trust);

    /// <exception cref="CliException">Exit code 2: state or certificates cannot be read. Everything else is a finding.</exception>
    public async Task<Visit> RunAsync(IProgress<long>? progress, CancellationToken cancellation)
    {
        state = MonitorState.Load(options.Folder);
        try
        {
            continuity.RequireNoFork();
            var served = await client.GetCheckpointAsync(cancellation);
            var kept = await KeyFollower.FollowAllAsync(options.Trust, state.ReadKeyChangeAsync, cancellation);
            (seen, followed) = await FollowedCheckpoint.ReadAsync(served, kept, client.Address, client.GetKeyChangeAsync, cancellation); // (1)
            if (followed.Changes.Count > state.KeyChanges.Count)
                Save(state.With(followed));
            await VisitAsync(seen, progress, cancellation);
        }
        catch (CliException exception) when (exception.ExitCode is ExitCode.Failed or ExitCode.Server)
        {
            findings.Add(ToFinding(exception));
        }

        findings.AddRange(state.Breaches);
        if (state.MoreBreaches > 0)
            findings.Add(new Finding(FindingKinds.Entry, ExitCode.Failed, $"{state.MoreBreaches} more entries break the ledger's rules"));
        return new Visit(seen, state, findings, followed);
    }

    private async Task VisitAsync(SeenCheckpoint now, IProgress<long>? progress, CancellationToken cancellation)
    {
        if (await ContinueAsync(now, cancellation) is not { } tree) // (2)
            return;
        var watch = new CertificateWatch(followed.Policy, continuity);
        foreach (var path in options.Certificates)
        {
            if (await watch.CheckAsync(path, now, tree, cancellation) is { } finding) // (3)
                findings.Add(finding);
        }

        state = await new EntryScan(options.Folder, tree, state).RunAsync(progress, cancellation); // (4)
        CheckKey(now);
        if (Freshness.Of(now, state.Received, options.Trust).Check(time.GetUtcNow(), options.MaxAge) is { } age) // (5)
            findings.Add(age);
    }

    /// <summary>A key that the ledger gave up signs nothing any more, trusted or not: who still signs with it is not the ledger.</summary>
    private void CheckKey(SeenCheckpoint now)
    {
        if (state.Keys is [.., var current] && now.Note.Check(VerifierKey.Parse(current)) != NoteCheck.Valid)
            findings.Add(new Finding(FindingKinds.Refused, ExitCode.Failed, $"the checkpoint is not signed by the key that the ledger's own entries name last, {current}"));
    }

    /// <summary>The tree of a checkpoint that continues everything known; null when it is older than that.</summary>
    private async Task<VerifiedTree?> ContinueAsync(SeenCheckpoint now, CancellationToken cancellation)
    {
        var (known, pending) = (state.Known(followed.Policy), state.Awaited(followed.Policy));
        if ((pending ?? known) is { } newest)
        {
            if (newest.Checkpoint.Origin != now.Checkpoint.Origin)
                throw CliException.Input($"{options.Folder} watches the ledger {newest.Checkpoint.Origin}, and {client.Address} shows {now.Checkpoint.Origin}", "give each ledger a folder of its own");
            if (now.Size < newest.Size)
            {
                findings.Add(new Finding(FindingKinds.Stale, ExitCode.Indeterminate, $"a checkpoint of {now.Size} entries is shown, but one of {newest.Size} is known: it is out of date, or held back"));
                await CheckOlderAsync(now, newest, cancellation);
                return null;
            }
        }

        if (pending is null && known?.Same(now) != true)
            Save(state with { Pending = now.ToString() });
        VerifiedTree? tree = null;
        foreach (var earlier in new[] { known, pending }.OfType<SeenCheckpoint>())
            await continuity.CheckAsync(earlier, now, async () => await OpenAsync(), cancellation);
        if (!options.Trust.QuorumMet(now.Note))
            throw new CliException(ExitCode.Failed, $"{client.Address}: the checkpoint lacks the cosignatures that the trust file asks for");
        tree = await OpenAsync();
        if (known?.Same(now) != true)
            Save(state with { Checkpoint = now.ToString(), Pending = null, FirstSeen = Timestamp.RoundDown(time.GetUtcNow()) });
        return tree;

        async Task<VerifiedTree> OpenAsync() => tree ??= await VerifiedTree.OpenAsync(now.Checkpoint, client.GetTileAsync, cancellation);
    }

    /// <summary>An older checkpoint may still be of another history; the tree of the newer one tells, if it is served.</summary>
    private async Task CheckOlderAsync(SeenCheckpoint now, SeenCheckpoint newest, CancellationToken cancellation)
    {
        try
        {
            await continuity.CheckAsync(now, newest, () => VerifiedTree.OpenAsync(newest.Checkpoint, client.GetTileAsync, cancellation), cancellation);
        }
        catch (CliException exception) when (exception.ExitCode == ExitCode.Server)
        {
            // That it is older has been found already; whether it is worse cannot be known today.
        }
    }

    private void Save(MonitorState next)
    {
        next.Save(options.Folder);
        state = next;
    }

    private Finding ToFinding(CliException exception)
    {
        var kind = exception.ExitCode == ExitCode.Server ? FindingKinds.Unreachable
            : Directory.Exists(Path.Join(options.Folder, "fork")) ? FindingKinds.Fork
            : FindingKinds.Refused;
        return new Finding(kind, exception.ExitCode, string.Join("; ", exception.Errors), exception.Hints is [var hint, ..] ? hint : null);
    }
}
