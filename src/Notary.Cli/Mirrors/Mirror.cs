using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary>Visits a ledger, once or until something fails that will not pass.</summary>
internal sealed class Mirror(CliContext context, TileClient client, TileFolder folder, Trust trust)
{
    // Told once a run: the trust file is its owner's to change.
    private bool isKeyChangeTold;

    /// <summary>Catches up once.</summary>
    /// <param name="quietly">Whether to say nothing when nothing is new.</param>
    /// <param name="cancellation">Ends the visit; the next one goes on.</param>
    /// <returns>Pass, or indeterminate when an older checkpoint is shown than is known.</returns>
    /// <exception cref="CliException">Exit code 1: what is shown is not what was signed, or two histories were. 4: not reached.</exception>
    public async Task<int> VisitAsync(bool quietly, CancellationToken cancellation)
    {
        var served = await client.GetCheckpointAsync(cancellation);
        var kept = await KeyFollower.FollowAllAsync(trust.Policy, folder.ReadKeyChangeAsync, cancellation);
        var (seen, followed) = await FollowedCheckpoint.ReadAsync(served, kept, client.Address, client.GetKeyChangeAsync, cancellation);
        await KeepKeyChangesAsync(seen.Checkpoint.Origin, followed, cancellation);
        var copy = new TreeCopy(folder, followed.Policy, client.Address, client.GetTileAsync, context.Time);
        var outcome = await Progress.RunAsync(
            context.Terminal, "mirror", seen.Size, progress => copy.FollowAsync(seen, progress, cancellation));
        if (outcome.State == CopyState.Stale)
        {
            context.Terminal.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"{client.Address} shows a checkpoint of {seen.Size} entries, but one of {outcome.Known} is known here: it is out of date, or holds back what it has signed"));
            return ExitCode.Indeterminate;
        }

        if (outcome.Now != outcome.Before || !quietly)
            context.Terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"{seen.Checkpoint.Origin}: {outcome.Now:N0} entries verified and kept, {outcome.Now - outcome.Before:N0} of them new"));
        return ExitCode.Pass;
    }

    /// <summary>Carries key changes on, for whoever follows this copy; they are kept before the first checkpoint that needs them.</summary>
    private async Task KeepKeyChangesAsync(string origin, Followed followed, CancellationToken cancellation)
    {
        foreach (var change in followed.Changes)
            folder.WriteKeyChange(change);
        if (!isKeyChangeTold)
            followed.Tell(context.Terminal, trust.Place, "add the line 'log VKEY' with the new key to it, once the operator has published that");
        isKeyChangeTold |= followed.New.Count > 0;
        try
        {
            // Those that this trust file does not need: another one may.
            var more = await KeyFollower.FollowAsync(followed.Policy, origin, KeptOrServedAsync, cancellation);
            foreach (var change in more.Changes)
                folder.WriteKeyChange(change);
        }
        catch (CliException exception) when (exception.ExitCode == ExitCode.Server)
        {
            // A static server may answer what it does not have in other ways than 404. The copy is whole without them.
        }
    }

    private async Task<KeyChangeProof?> KeptOrServedAsync(VerifierKey old, CancellationToken cancellation) =>
        await folder.ReadKeyChangeAsync(old, cancellation) ?? await client.GetKeyChangeAsync(old, cancellation);

    /// <summary>Visits again and again. A server that is not reached is visited again; whatever is a verdict ends it.</summary>
    /// <exception cref="CliException">As <see cref="VisitAsync"/>, but for exit code 4.</exception>
    public async Task FollowAsync(TimeSpan interval, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await VisitAsync(quietly: true, cancellation);
            }
            catch (CliException exception) when (exception.ExitCode == ExitCode.Server)
            {
                foreach (var error in exception.Errors)
                    context.Terminal.Warning(error);
            }

            await Task.Delay(interval, context.Time, cancellation);
        }
    }
}
