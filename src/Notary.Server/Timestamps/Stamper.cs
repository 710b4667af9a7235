using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>How stamping by one outside authority stands.</summary>
/// <param name="Authority">Its name.</param>
/// <param name="Failures">Failures in a row; 0: the last try succeeded, or there was none yet.</param>
/// <param name="Problem">The last failure, one clause without a full stop; null when there is none to tell.</param>
/// <param name="Size">The largest checkpoint that it has stamped; 0: none.</param>
internal sealed record StampStanding(string Authority, int Failures, string? Problem, ulong Size);

/// <summary>
/// Has one outside authority stamp the ledger's latest checkpoint, at a pace, while the ledger grows. What goes wrong here
/// is told in health, metrics and log, and stops no deposit.
/// </summary>
internal sealed class Stamper(
    OutsideAuthority authority, Ledger ledger, TokenStore store, TimestampClient client, TimeSpan interval, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    // Written by the loop alone.
    private volatile StampStanding standing = new(authority.Name, 0, null, 0);

    public StampStanding Standing => standing;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await TryAsync(cancellation).ConfigureAwait(false);
                await Task.Delay(Delay(standing.Failures), time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task TryAsync(CancellationToken cancellation)
    {
        try
        {
            var latest = ledger.Latest;
            var last = standing.Size > 0 ? standing.Size : store.LastSize(authority.Name);
            if (latest.Checkpoint.Size > last)
            {
                var token = await client.StampAsync(latest.Note, cancellation).ConfigureAwait(false);
                last = latest.Checkpoint.Size;
                store.Add(new StoredToken(authority.Name, last, latest.Note, token));
                ledger.Instruments.Stamped();
            }

            if (standing.Failures > 0)
                LogMessages.StampingAgain(logger, ledger.Origin, authority.Name, standing.Failures);
            standing = new StampStanding(authority.Name, 0, null, last);
        }
        catch (StampFailedException e)
        {
            Failed(e.Message);
        }
        catch (StoreException e)
        {
            LogMessages.TokenStoreFailed(logger, ledger.Origin, e);
            Failed("the store of time-stamps failed");
        }
    }

    private void Failed(string problem)
    {
        ledger.Instruments.StampFailed();
        standing = standing with { Failures = standing.Failures + 1, Problem = problem };
        LogMessages.StampFailed(logger, ledger.Origin, authority.Name, problem, standing.Failures, Delay(standing.Failures));
    }

    /// <summary>The pace; after failures twice as long each time, up to an hour, or the pace if that is longer.</summary>
    private TimeSpan Delay(int failures)
    {
        var longest = interval > LongestDelay ? interval : LongestDelay;
        var delay = interval * Math.Pow(2, Math.Min(failures, 20));
        return delay < longest ? delay : longest;
    }
}
