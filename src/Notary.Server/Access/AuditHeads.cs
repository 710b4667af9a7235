using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Puts the audit log's head on the ledger, every so often while the log grows and when the server stops. From then on nobody,
/// the operator included, can change a record up to there without a contradiction that every copy of the ledger shows.
/// </summary>
internal sealed class AuditHeads : IAsyncDisposable
{
    private readonly ServerAccess access;
    private readonly Ledger ledger;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    // Owned by whoever runs WriteAsync: the loop, and after it has ended whoever disposes.
    private ulong written;

    public AuditHeads(ServerAccess access, Ledger ledger, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (this.access, this.ledger, this.logger) = (access, ledger, logger);
        running = RunAsync(interval, time);
    }

    /// <summary>Writes the last head; called while the ledger still takes entries.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        await TryWriteAsync();
        stopping.Dispose();
    }

    private async Task RunAsync(TimeSpan interval, TimeProvider time)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
                await TryWriteAsync();
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task TryWriteAsync()
    {
        try
        {
            if (!access.Book.Rules)
                return;
            access.Audit.Flush();
            if (AuditLog.Head(access.Book.Use()) is not var (records, head) || records == written)
                return;
            // A ledger that does not issue for now gets the next one.
            if (await ledger.AppendAsync(now => new AuditHead(ledger.Origin, now, records, head).ToText()) is not null)
                written = records;
        }
        catch (StoreException e)
        {
            LogMessages.AuditFailed(logger, e);
        }
    }
}
