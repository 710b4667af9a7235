using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary>Visits a ledger, once or until something fails that will not pass.</summary>
internal sealed class Mirror(CliContext context, TileClient client, TileFolder folder, TrustPolicy trust)
{
    /// <summary>Catches up once.</summary>
    /// <param name="quietly">Whether to say nothing when nothing is new.</param>
    /// <param name="cancellation">Ends the visit; the next one goes on.</param>
    /// <returns>Pass, or indeterminate when an older checkpoint is shown than is known.</returns>
    /// <exception cref="CliException">Exit code 1: what is shown is not what was signed, or two histories were. 4: not reached.</exception>
    public async Task<int> VisitAsync(bool quietly, CancellationToken cancellation)
    {
        var served = await client.GetCheckpointAsync(cancellation);
        var seen = SeenCheckpoint.Read(served.Bytes.Span, served.Place, trust);
        var copy = new TreeCopy(folder, trust, client.Address, client.GetTileAsync, context.Time);
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
