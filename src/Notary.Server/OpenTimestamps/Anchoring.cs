using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>How anchoring with one calendar stands.</summary>
/// <param name="Calendar">Its address.</param>
/// <param name="Failures">Failures in a row; 0: the last answer was in order, or there was none yet.</param>
/// <param name="Problem">The last failure, one clause; null when there is none to tell.</param>
internal sealed record CalendarStanding(Uri Calendar, int Failures, string? Problem);

/// <summary>How anchoring stands.</summary>
/// <param name="Calendars">One by one.</param>
/// <param name="Stamped">The largest tree that a calendar has taken; 0: none.</param>
/// <param name="InBitcoin">The largest tree with a Bitcoin block named; 0: none.</param>
/// <param name="Alarm">What an operator must look at, one clause without a full stop; null: nothing.</param>
internal sealed record AnchoringStanding(IReadOnlyList<CalendarStanding> Calendars, ulong Stamped, ulong InBitcoin, string? Alarm);

/// <summary>
/// Takes the ledger's roots into Bitcoin through OpenTimestamps calendars: (1) at a pace, while the ledger grows, a new
/// anchor; (2) to each calendar what it has not taken; (3) from each what it promised, for weeks. What becomes of an answer
/// is in <see cref="CalendarStamp"/>; here is only the loop. Whatever goes wrong is told in health, metrics and log, and
/// stops no deposit.
/// </summary>
internal sealed class Anchoring : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AlarmAfter = TimeSpan.FromDays(2);

    private readonly Ledger ledger;
    private readonly AnchorFolder anchors;
    private readonly AnchoringOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CalendarClient client;
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    // Written by the loop alone.
    private volatile AnchoringStanding standing;

    private DateTimeOffset lastMade;

    private Anchoring(Ledger ledger, AnchorFolder anchors, AnchoringOptions options, TimeProvider time, ILogger logger)
    {
        (this.ledger, this.anchors, this.options, this.time, this.logger) = (ledger, anchors, options, time, logger);
        client = new CalendarClient(options.Calendars);
        var stamped = anchors.Open.Where(anchor => anchor.IsStamped).Select(anchor => anchor.Size);
        standing = new AnchoringStanding(
            [.. options.Calendars.Select(calendar => new CalendarStanding(calendar, 0, null))],
            stamped.Append(anchors.LargestInBitcoin).Max(), anchors.LargestInBitcoin, null);
        lastMade = anchors.Open.Select(anchor => anchor.Made).Append(DateTimeOffset.MinValue).Max();
    }

    public AnchoringStanding Standing => standing;

    /// <summary>Starts, and goes on where it was interrupted.</summary>
    public static Anchoring Start(Ledger ledger, AnchoringOptions options, TimeProvider time, ILogger logger)
    {
        var anchoring = Create(ledger, options, time, logger);
        anchoring.running = Task.Run(anchoring.RunAsync);
        return anchoring;
    }

    /// <summary>The same at rest, for whoever makes each <see cref="StepAsync"/> himself.</summary>
    public static Anchoring Create(Ledger ledger, AnchoringOptions options, TimeProvider time, ILogger logger) =>
        new(ledger, ledger.Anchors, options, time, logger);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        client.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await StepAsync().ConfigureAwait(false);
                await Task.Delay(options.Interval < Look ? options.Interval : Look, time, stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>Looks once what is due, and does it.</summary>
    public async Task StepAsync()
    {
        try
        {
            MakeAnchor(); // (1)
            var due = Due(time.GetUtcNow());
            // A dead calendar holds up no other: each has its own row of questions.
            var answers = await Task.WhenAll(options.Calendars.Select(calendar => AskAsync(calendar, due[calendar].ToList()))).ConfigureAwait(false);
            foreach (var round in answers.Where(round => round.Next.Count > 0))
            {
                Report(round.Calendar, round.Problem);
                foreach (var (size, stamp) in round.Next)
                    Keep(size, stamp);
            }

            Tell();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StoreException or StoreDamagedException)
        {
            LogMessages.AnchoringFailed(logger, ledger.Origin, e);
            standing = standing with { Alarm = "what calendars answered cannot be kept" };
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // The loop goes on, and the alarm says why it brings nothing.
            LogMessages.OutsideFault(logger, ledger.Origin, "the calendars", e);
            standing = standing with { Alarm = $"a fault of this server keeps calendars from being asked ({e.GetType().Name})" };
        }
    }

    private void MakeAnchor()
    {
        var (now, latest) = (Timestamp.RoundDown(time.GetUtcNow()), ledger.Latest.Checkpoint);
        if (now - lastMade < options.Interval || latest.Size <= Math.Max(standing.InBitcoin, anchors.Open.Select(anchor => anchor.Size).DefaultIfEmpty().Max()))
            return;
        // The new root covers every entry of those that no calendar took.
        foreach (var old in anchors.Open.Where(anchor => !anchor.IsStamped))
            anchors.Drop(old);
        anchors.Save(new Anchor(latest.Size, latest.Root, now, [.. options.Calendars.Select(calendar => new CalendarStamp(calendar, null))]));
        lastMade = now;
    }

    private ILookup<Uri, (Anchor Anchor, CalendarStamp Stamp)> Due(DateTimeOffset now) =>
        (from anchor in anchors.Open
         from stamp in anchor.Open(now)
         where stamp.Due <= now
         select (anchor, stamp)).ToLookup(pair => pair.stamp.Calendar);

    /// <summary>Asks one calendar what is due; after a failure the rest is put off too.</summary>
    private async Task<Round> AskAsync(Uri calendar, List<(Anchor Anchor, CalendarStamp Stamp)> due)
    {
        var (next, problem) = (new List<(ulong, CalendarStamp)>(due.Count), (string?)null);
        foreach (var (anchor, stamp) in due)
        {
            try
            {
                next.Add((anchor.Size, problem is null ? await AskAsync(anchor, stamp).ConfigureAwait(false) : stamp.Failed(time.GetUtcNow())));
            }
            catch (Exception e) when (e is CalendarException or BitcoinNodeException)
            {
                problem = e.Message;
                next.Add((anchor.Size, stamp.Failed(time.GetUtcNow())));
            }
        }

        return new Round(calendar, problem, next);
    }

    private async Task<CalendarStamp> AskAsync(Anchor anchor, CalendarStamp stamp)
    {
        if (stamp.Timestamp is not { } timestamp) // (2)
        {
            var taken = await client.SubmitAsync(stamp.Calendar, anchor.Root, stopping.Token).ConfigureAwait(false);
            await CheckAsync(taken, anchor.Root.ToArray()).ConfigureAwait(false);
            return stamp.Answered(taken, time.GetUtcNow());
        }

        var answers = new Dictionary<string, OtsTimestamp>(StringComparer.Ordinal); // (3)
        foreach (var (message, attestation) in timestamp.Claims(anchor.Root.ToArray()))
        {
            if (attestation is not PendingAttestation pending || await client.UpgradeAsync(stamp.Calendar, pending, message, stopping.Token).ConfigureAwait(false) is not { } answer)
                continue;
            await CheckAsync(answer, message).ConfigureAwait(false);
            answers[CalendarStamp.Key(message)] = answers.TryGetValue(CalendarStamp.Key(message), out var other) ? other.Merge(answer) : answer;
        }

        if (answers.Count == 0)
            return stamp.NotYet(time.GetUtcNow());
        var merged = stamp.With(anchor.Root, answers) ?? throw new CalendarException("its answer makes a timestamp larger than the format or this server allows");
        return merged.ToBytes(Hash.Size).AsSpan().SequenceEqual(timestamp.ToBytes(Hash.Size)) ? stamp.NotYet(time.GetUtcNow()) : stamp.Answered(merged, time.GetUtcNow());
    }

    /// <summary>With a node at hand, a block is only believed when the node has it.</summary>
    private async Task CheckAsync(OtsTimestamp answer, ReadOnlyMemory<byte> message)
    {
        if (options.Node is not { } node)
            return;
        foreach (var (root, attestation) in answer.Claims(message))
        {
            if (attestation is not BitcoinAttestation { Height: var height })
                continue;
            var header = await node.FindHeaderAsync(height, stopping.Token).ConfigureAwait(false);
            if (header is null || !root.Span.SequenceEqual(header.MerkleRoot.ToArray()))
                throw new CalendarException($"it names Bitcoin block {height}, which the node does not know with that root");
        }
    }

    /// <summary>The anchor is taken anew: another calendar's answer may have come first.</summary>
    private void Keep(ulong size, CalendarStamp stamp)
    {
        if (anchors.Open.FirstOrDefault(anchor => anchor.Size == size) is not { } anchor)
            return;
        var old = anchor.Stamps.First(known => known.Calendar == stamp.Calendar);
        var changed = anchor.With(stamp);
        if (ReferenceEquals(old.Timestamp, stamp.Timestamp))
            anchors.Remember(changed);
        else
            anchors.Save(changed);
        if (stamp.IsComplete)
            LogMessages.Anchored(logger, ledger.Origin, size, stamp.Calendar);
    }

    private void Report(Uri calendar, string? problem)
    {
        var old = standing.Calendars.First(known => known.Calendar == calendar);
        var now = new CalendarStanding(calendar, problem is null ? 0 : old.Failures + 1, problem);
        if (problem is not null)
        {
            ledger.Instruments.CalendarFailed();
            LogMessages.CalendarFailed(logger, ledger.Origin, calendar, problem, now.Failures);
        }

        standing = standing with { Calendars = [.. standing.Calendars.Select(known => known.Calendar == calendar ? now : known)] };
    }

    private void Tell()
    {
        var now = time.GetUtcNow();
        foreach (var done in anchors.Open.Where(anchor => !anchor.Open(now).Any()))
            anchors.Close(done);
        var inBitcoin = anchors.LargestInBitcoin;
        var stamped = Math.Max(inBitcoin, anchors.Open.Where(anchor => anchor.IsStamped).Select(anchor => anchor.Size).DefaultIfEmpty().Max());
        standing = standing with { Stamped = Math.Max(stamped, standing.Stamped), InBitcoin = inBitcoin, Alarm = Alarm(now, inBitcoin) };
    }

    private string? Alarm(DateTimeOffset now, ulong inBitcoin)
    {
        if (standing.Calendars.All(calendar => calendar.Failures > 0))
            return "no calendar can be used";
        var oldest = anchors.Open.FirstOrDefault(anchor => anchor.Size > inBitcoin);
        return oldest is not null && now - oldest.Made > AlarmAfter
            ? $"the tree of {oldest.Size} entries has waited {(long)(now - oldest.Made).TotalDays} days for Bitcoin"
            : null;
    }

    /// <summary>What asking one calendar came to: the last failure, and each stamp's next state.</summary>
    private sealed record Round(Uri Calendar, string? Problem, IReadOnlyList<(ulong Size, CalendarStamp Stamp)> Next);
}
