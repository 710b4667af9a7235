using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Keeps a recent Bitcoin block at hand for statements to name: nobody could know its hash earlier, so an entry that holds
/// it is no older. Without an answer of the node the last block stays, which is still true; before the first, none is named.
/// </summary>
internal sealed class BeaconSource : IAsyncDisposable
{
    // The last block is now and then replaced by another one, a block below two more almost never.
    private const ulong Depth = 2;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;
    private int isDisposed;

    // Written by the loop alone.
    private volatile BitcoinBeacon? latest;

    public BeaconSource(BitcoinNode node, TimeProvider time, ILogger logger) => running = Task.Run(() => RunAsync(node, time, logger));

    /// <summary>The block to name, or null.</summary>
    public Beacon? Latest => latest;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
            return;
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RunAsync(BitcoinNode node, TimeProvider time, ILogger logger)
    {
        try
        {
            while (true)
            {
                await LookAsync(node, logger).ConfigureAwait(false);
                await Task.Delay(Pace, time, stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task LookAsync(BitcoinNode node, ILogger logger)
    {
        try
        {
            var tip = await node.HeightAsync(stopping.Token).ConfigureAwait(false);
            if (tip < Depth || latest?.Height == tip - Depth || await node.FindHeaderAsync(tip - Depth, stopping.Token).ConfigureAwait(false) is not { } header)
                return;
            var shown = header.Hash.ToArray();
            Array.Reverse(shown);
            latest = new BitcoinBeacon(tip - Depth, new Hash(shown));
        }
        catch (BitcoinNodeException e)
        {
            LogMessages.NodeFailed(logger, e.Message);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogMessages.NodeFailed(logger, $"a fault of this server, {e.GetType().Name}");
        }
    }
}
