using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Puts the audit log's head on the ledger: within a second or two of a change of accounts, keys or roles, whichever process
/// made it; every so often while the log tells of use alone; and when the server stops. From then on nobody, the operator
/// included, can change a record up to there without a contradiction that every copy of the ledger shows, and no server
/// starts with accounts that do not have it. A crash leaves the log ahead of its head, never behind: records are durable before
/// their head is written, and the next start goes on from the newest head that is there.
/// </summary>
internal sealed class AuditHeads : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly ServerAccess access;
    private readonly Ledger ledger;
    private readonly TimeSpan interval;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    // Owned by whoever looks: the loop, and after it has ended whoever disposes.
    private ulong written;
    private ulong seen;
    private bool isChanged;
    private bool isFailing;
    private long wroteAt;

    public AuditHeads(ServerAccess access, Ledger ledger, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (this.access, this.ledger, this.interval, this.time, this.logger) = (access, ledger, interval, time, logger);
        written = seen = access.RecordsOnLedger;
        wroteAt = time.GetTimestamp();
        running = RunAsync();
    }

    /// <summary>Writes the last head; called while the ledger still takes entries.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        await LookAsync(isLast: true);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(LookInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
                await LookAsync(isLast: false);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task LookAsync(bool isLast)
    {
        try
        {
            if (!access.Book.Rules)
                return;
            if (isLast || IsDue())
                await WriteAsync();
            isFailing = false;
        }
        catch (StoreException e)
        {
            // Once a fault, not once a second.
            if (!isFailing)
                LogMessages.AuditFailed(logger, e);
            isFailing = true;
        }
    }

    private bool IsDue()
    {
        if (time.GetElapsedTime(wroteAt) >= interval)
            return true;
        while (AuditLog.Read(access.Book.Use(), seen + 1, AuditLog.Page) is { Count: > 0 } page)
        {
            seen += (ulong)page.Count;
            isChanged |= page.Any(record => !AuditTrail.TellsOfUse(AuditRecord.Parse(record)));
        }

        return isChanged;
    }

    private async Task WriteAsync()
    {
        access.Audit.Flush();
        if (AuditLog.Head(access.Book.Use()) is var (records, head) && records != written)
        {
            // A ledger that does not issue for now gets the next one.
            if (await ledger.RecordAuditAsync(now => new AuditHead(ledger.Origin, now, records, head)) is null)
                return;
            (written, seen) = (records, Math.Max(seen, records));
        }

        (isChanged, wroteAt) = (false, time.GetTimestamp());
    }
}
