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
    // From a second, enough for the longest delay.
    private const int MostDoublings = 20;

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
                await StepAsync(cancellation).ConfigureAwait(false);
                await Task.Delay(Delay, time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>Time until the next try: the pace; after failures twice as long each time, up to an hour, or the pace if that is longer.</summary>
    public TimeSpan Delay
    {
        get
        {
            var longest = interval > LongestDelay ? interval : LongestDelay;
            var seconds = interval.TotalSeconds * Math.Pow(2, Math.Min(standing.Failures, MostDoublings));
            return TimeSpan.FromSeconds(Math.Min(seconds, longest.TotalSeconds));
        }
    }

    /// <summary>One try, if there is something new to stamp. Called by the loop alone.</summary>
    public async Task StepAsync(CancellationToken cancellation)
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
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // The loop goes on, and the alarm says why it brings nothing.
            LogMessages.OutsideFault(logger, ledger.Origin, authority.Name, e);
            Failed($"a fault of this server kept it from being asked ({e.GetType().Name})");
        }
    }

    private void Failed(string problem)
    {
        ledger.Instruments.StampFailed();
        standing = standing with { Failures = standing.Failures + 1, Problem = problem };
        LogMessages.StampFailed(logger, ledger.Origin, authority.Name, problem, standing.Failures, Delay);
    }
}
