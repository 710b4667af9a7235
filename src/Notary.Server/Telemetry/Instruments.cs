using System.Diagnostics;
using System.Diagnostics.Metrics;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Every metric and span of the server. Names by OpenTelemetry's conventions, units in UCUM. No value is of a single
/// depositor: the one attribute is <c>error.type</c>, and its values are those of <see cref="RefusalType"/>.
/// <para>
/// Recording is a batch's work, not a deposit's: without a listener it costs a few comparisons a commit, with one it
/// allocates nothing. Counters count what was refused one by one where the refusal itself costs far more.
/// </para>
/// </summary>
internal sealed class Instruments : IDisposable
{
    /// <summary>The name of meter and span source.</summary>
    public const string Name = "Notary.Server";

    /// <summary>A span: one batch, from the moment it was taken until its answers are on their way.</summary>
    public const string BatchSpan = "notary.sequencer.batch";

    /// <summary>A span: signing the batch's checkpoint.</summary>
    public const string SignSpan = "notary.sequencer.sign";

    /// <summary>A span: the store's atomic durable append.</summary>
    public const string CommitSpan = "notary.sequencer.commit";

    private const string ErrorType = "error.type";
    private const string BatchSizeAttribute = "notary.batch.size";

    /// <summary>Seconds, for what takes from the length of an fsync to the length of a fault.</summary>
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    /// <summary>Entries of one commit, up to the sequencer's limit.</summary>
    private static readonly InstrumentAdvice<int> BatchSizes = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    };

    private readonly Meter meter = new(Name, typeof(Instruments).Assembly.GetName().Version?.ToString(3));
    private readonly Counter<long> deposits;
    private readonly Counter<long> refusals;
    private readonly Counter<long> calendarFailures;
    private readonly Counter<long> tokens;
    private readonly Counter<long> tokenRefusals;
    private readonly Counter<long> stamps;
    private readonly Counter<long> stampFailures;
    private readonly Histogram<double> queueWait;
    private readonly Histogram<int> batchSize;
    private readonly Histogram<double> signDuration;
    private readonly Histogram<double> commitDuration;

    public Instruments()
    {
        deposits = meter.CreateCounter<long>("notary.deposits", "{deposit}", "Deposits written to the ledger, durable");
        refusals = meter.CreateCounter<long>("notary.refusals", "{deposit}", "Deposits that were refused, by reason");
        calendarFailures = meter.CreateCounter<long>("notary.calendar.failures", "{round}", "Rounds of questions to OpenTimestamps calendars that ended in a failure");
        tokens = meter.CreateCounter<long>("notary.tsa.tokens", "{token}", "Time-stamp tokens that the server's own authority issued");
        tokenRefusals = meter.CreateCounter<long>("notary.tsa.refusals", "{query}", "Queries that the server's own authority refused, by reason");
        stamps = meter.CreateCounter<long>("notary.timestamps", "{token}", "Tokens of outside authorities over checkpoints, verified and stored");
        stampFailures = meter.CreateCounter<long>("notary.timestamp.failures", "{query}", "Queries to outside authorities that brought no token that holds");
        queueWait = meter.CreateHistogram(
            "notary.sequencer.queue.wait", "s", "Time in the queue of the deposit of a batch that waited longest", null, Durations);
        batchSize = meter.CreateHistogram("notary.sequencer.batch.size", "{deposit}", "Deposits of one commit", null, BatchSizes);
        signDuration = meter.CreateHistogram("notary.sequencer.sign.duration", "s", "Signing of one checkpoint", null, Durations);
        commitDuration = meter.CreateHistogram(
            "notary.sequencer.commit.duration", "s", "The store's atomic durable append of one batch", null, Durations);
    }

    /// <summary>Where spans come from. One for the process: a batch is told apart by its attributes, not by its source.</summary>
    public static ActivitySource Spans { get; } = new(Name);

    /// <summary>Adds what is looked at rather than recorded. Called once, by the ledger, which outlives this object's meter.</summary>
    public void Watch(Ledger ledger)
    {
        meter.CreateObservableUpDownCounter("notary.sequencer.queue.depth", () => ledger.QueueDepth, "{deposit}", "Deposits that wait for a commit");
        meter.CreateObservableUpDownCounter("notary.sequencer.queue.limit", () => ledger.QueueCapacity, "{deposit}", "Deposits that may wait; one more is refused");
        meter.CreateObservableGauge("notary.tree.size", () => (long)ledger.Latest.Checkpoint.Size, "{entry}", "Entries under the latest checkpoint");
        meter.CreateObservableGauge("notary.checkpoint.age", () => ledger.Age.TotalSeconds, "s", "Time since the newest entry, by this machine's clock; negative while that is behind");
        // Not unit 1, which Prometheus would call a ratio.
        meter.CreateObservableGauge("notary.ledger.issuing", () => ledger.Health.Issuing ? 1 : 0, "{ledger}", "1 while the ledger issues, 0 while it refuses to");
        meter.CreateObservableGauge("notary.data.size", () => DataVolume.Size(ledger.DataDirectory), "By", "Bytes of the files in the data folder");
        meter.CreateObservableGauge("notary.data.available", () => DataVolume.Available(ledger.DataDirectory), "By", "Bytes free on the data folder's disk for this process");
    }

    /// <summary>Adds how anchoring stands. Called once, when it starts.</summary>
    public void Watch(Anchoring anchoring, Ledger ledger)
    {
        meter.CreateObservableGauge("notary.anchor.calendars.failing", () => anchoring.Standing.Calendars.Count(calendar => calendar.Failures > 0), "{calendar}", "OpenTimestamps calendars whose last answer could not be used");
        meter.CreateObservableGauge("notary.anchor.unstamped", () => (long)(ledger.Latest.Checkpoint.Size - anchoring.Standing.Stamped), "{entry}", "Newest entries that no calendar has taken yet");
        meter.CreateObservableGauge("notary.anchor.unconfirmed", () => (long)(ledger.Latest.Checkpoint.Size - anchoring.Standing.InBitcoin), "{entry}", "Newest entries under no root that is in Bitcoin yet");
        meter.CreateObservableGauge("notary.anchor.alarm", () => anchoring.Standing.Alarm is null ? 0 : 1, "{ledger}", "1 while an operator must look after anchoring in Bitcoin; deposits go on");
    }

    /// <summary>Adds how the clock stands. Called once, when its records begin.</summary>
    public void Watch(ClockGuard clock)
    {
        meter.CreateObservableGauge("notary.clock.error.bound", () => Measured(clock.Standing.Reading.Accuracy), "s", "How far the clock may be off; without a value while nobody knows");
        meter.CreateObservableGauge("notary.clock.offset", () => Measured(clock.Standing.Offset), "s", "How far the clock is ahead of its time sources, the middle of what is possible");
        meter.CreateObservableGauge("notary.clock.sources.failing", () => clock.Standing.Sources.Count(source => source.Failures > 0), "{source}", "Time sources that gave no answer, or one that the majority contradicts");

        static IEnumerable<Measurement<double>> Measured(TimeSpan? value) => value is { } known ? [new(known.TotalSeconds)] : [];
    }

    /// <summary>A calendar's answer could not be used.</summary>
    public void CalendarFailed() => calendarFailures.Add(1);

    /// <summary>Adds how the outside authorities stand. Called once, when they start.</summary>
    public void Watch(Stamping stamping, Ledger ledger)
    {
        meter.CreateObservableGauge("notary.timestamp.authorities.failing", () => stamping.Standings.Count(standing => standing.Failures > 0), "{authority}", "Outside authorities whose last try failed");
        meter.CreateObservableGauge("notary.timestamp.unstamped", () => (long)(ledger.Latest.Checkpoint.Size - stamping.Standings.Max(standing => standing.Size)), "{entry}", "Newest entries that no token of an outside authority covers yet");
    }

    /// <summary>A batch was taken from the queue.</summary>
    /// <param name="taken">Its deposits.</param>
    /// <param name="longestWait">How long the first of them was in the queue.</param>
    /// <returns>The batch's span when someone traces it.</returns>
    public Activity? StartBatch(int taken, TimeSpan longestWait)
    {
        queueWait.Record(longestWait.TotalSeconds);
        return Spans.StartActivity(BatchSpan)?.SetTag(BatchSizeAttribute, taken);
    }

    /// <summary>A batch was appended, or its append failed.</summary>
    /// <param name="start">The <see cref="Stopwatch"/>'s timestamp before the append.</param>
    public void Appended(long start) => commitDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);

    /// <summary>A batch is durable.</summary>
    public void Committed(int entries, TimeSpan signing)
    {
        deposits.Add(entries);
        batchSize.Record(entries);
        signDuration.Record(signing.TotalSeconds);
    }

    /// <summary>Deposits were refused.</summary>
    /// <param name="type">One of <see cref="RefusalType"/>.</param>
    /// <param name="count">How many.</param>
    public void Refused(string type, int count = 1) => refusals.Add(count, new KeyValuePair<string, object?>(ErrorType, type));

    /// <summary>The server's own authority answered a query.</summary>
    public void Answered(TimestampReply reply)
    {
        if (reply.Token is not null)
            tokens.Add(1);
        else
            tokenRefusals.Add(1, new KeyValuePair<string, object?>(ErrorType, RefusalType.Of(reply.Failure)));
    }

    /// <summary>An outside authority's token was stored.</summary>
    public void Stamped() => stamps.Add(1);

    /// <summary>An outside authority gave no token that holds.</summary>
    public void StampFailed() => stampFailures.Add(1);

    public void Dispose() => meter.Dispose();
}
