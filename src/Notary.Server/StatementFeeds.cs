using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>What statements say besides the deposit: how good the clock is, and a block that nobody could know earlier.</summary>
/// <param name="Clock">Null: nobody vouches for the clock.</param>
/// <param name="Beacons">Null: no block is named.</param>
internal sealed record StatementFeeds(ClockGuard? Clock, BeaconSource? Beacons) : IAsyncDisposable
{
    public static StatementFeeds Start(ServerOptions options, ILoggerFactory loggers)
    {
        var randomness = options.Randomness ?? RandomNumberGenerator.Create();
        return new StatementFeeds(
            options.TimeSources is { Count: > 0 } sources
                ? ClockGuard.Start(sources, options.TimeSourceInterval, options.TimeProvider, randomness, loggers.CreateLogger<ClockGuard>())
                : null,
            options is { NameBlocks: true, Bitcoin: { } node } ? new BeaconSource(node, options.TimeProvider, loggers.CreateLogger<BeaconSource>()) : null);
    }

    /// <summary>
    /// Waits until the time sources were asked once. A ledger that is there opens whatever they said, and refuses deposits; a
    /// new one's first entry carries a time, which nobody could ever take back.
    /// </summary>
    /// <exception cref="ServerRefusedException">There is no ledger yet, and nobody confirms the clock.</exception>
    public async Task PrepareAsync(DataFolder folder, CancellationToken cancellation)
    {
        if (Clock is null)
            return;
        await Clock.FirstRound.WaitAsync(cancellation).ConfigureAwait(false);
        if (File.Exists(folder.Database) || Clock.Standing is not { Reading.Refusal: not null } standing)
            return;
        throw new ServerRefusedException(
            $"a new ledger begins with a time, and its time sources do not confirm this machine's clock: {ClockWords.Describe(standing)}",
            "set the clock right or name other sources, then start again");
    }

    public async ValueTask DisposeAsync()
    {
        if (Clock is not null)
            await Clock.DisposeAsync().ConfigureAwait(false);
        if (Beacons is not null)
            await Beacons.DisposeAsync().ConfigureAwait(false);
    }
}
