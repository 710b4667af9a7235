using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>What a clock record is to say.</summary>
/// <param name="State">The clock's.</param>
/// <param name="BoundMilliseconds">Null: unknown.</param>
/// <param name="Log">The clock log; it stays beside the entry, which has its hash.</param>
internal sealed record ClockObservation(ClockState State, ulong? BoundMilliseconds, ReadOnlyMemory<byte> Log);

/// <summary>
/// Has the clock's state written on the ledger: at the start, whenever it changes, and once an hour. A record that cannot be
/// written is tried again, with what has happened since.
/// </summary>
internal sealed class ClockRecorder : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromHours(1);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private readonly Ledger ledger;
    private readonly ClockGuard guard;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    // Owned by the loop.
    private ClockState? written;
    private long writtenAt;

    public ClockRecorder(Ledger ledger, ClockGuard guard, TimeProvider time, ILogger logger)
    {
        (this.ledger, this.guard, this.time, this.logger) = (ledger, guard, time, logger);
        running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await guard.FirstRound.WaitAsync(stopping.Token).ConfigureAwait(false);
            while (true)
                await Task.Delay(await TryWriteAsync().ConfigureAwait(false) ? Tick : AfterFailure, time, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>As <see cref="WriteAsync"/>, whatever goes wrong: a loop that ended here would leave the ledger without records, unseen.</summary>
    private async Task<bool> TryWriteAsync()
    {
        Exception? failure = null;
        try
        {
            if (await WriteAsync().ConfigureAwait(false))
                return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            failure = e;
        }

        LogMessages.RecordFailed(logger, ledger.Origin, failure);
        return false;
    }

    /// <summary>Writes a record if one is due; false when it could not be written.</summary>
    private async Task<bool> WriteAsync()
    {
        var reading = guard.Read();
        var state = reading.Refusal?.State switch
        {
            null => ClockState.Synchronised,
            LedgerState.ClockSetBack => ClockState.Stepped,
            _ => ClockState.Degraded,
        };
        if (state == written && time.GetElapsedTime(writtenAt) < Pace && !guard.Log.IsFull)
            return true;
        if (state != written)
            guard.Log.Add(reading.Time, $"state {ClockRecord.Word(state)}{(reading.Refusal is { } refusal ? $" {refusal.Reason}" : "")}");
        var (log, end) = guard.Log.Read(ledger.Origin);
        if (!await ledger.RecordClockAsync(new ClockObservation(state, reading.AccuracyMilliseconds, log)).WaitAsync(stopping.Token).ConfigureAwait(false))
            return false;
        guard.Log.Written(end);
        (written, writtenAt) = (state, time.GetTimestamp());
        return true;
    }
}
