using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;

namespace Notary.Bench;

/// <summary>What the growth bench is run with.</summary>
internal sealed record GrowOptions
{
    public required DirectoryInfo? Folder { get; init; }

    /// <summary>Sizes to measure at.</summary>
    public required IReadOnlyList<long> Entries { get; init; }

    /// <summary>Whether the fill leaves claims and requests out.</summary>
    public required bool StatementsOnly { get; init; }

    /// <summary>Deposits a second that the fill pretends to have come at.</summary>
    public required int Rate { get; init; }

    public required int Rounds { get; init; }

    public required int Batch { get; init; }

    public required int Seed { get; init; }
}

/// <summary>
/// A ledger of each size beside an empty one. It is filled with made-up deposits through the ledger's own door
/// in this process, so that every byte is what a real ledger would hold, or with statements alone.
/// </summary>
internal sealed class GrowBench : IDisposable
{
    /// <summary>Deposits under way at a time: enough that the sequencer never waits.</summary>
    private const int Concurrency = 2_048;

    /// <summary>One deposit in so many is remembered, to be asked for afterwards.</summary>
    private const int SampleStride = 1_009;

    private readonly GrowOptions options;
    private readonly TemporaryFolder folder;
    private readonly List<DepositId> sample = [];
    private readonly Table table;

    private int seed;

    private GrowBench(GrowOptions options, Table table)
    {
        (this.options, this.table, folder) = (options, table, new TemporaryFolder(options.Folder));
        seed = options.Seed;
    }

    public static async Task RunAsync(GrowOptions options, CancellationToken cancellation)
    {
        var table = new Table(
            "entries", "bytes/entry", "of its texts", "start ms", "of it open ms", "appends/s", "of an empty ledger's", "proof µs p50", "p99", "again p50", "p99",
            "certificate µs p50", "p99", "server MiB");
        Console.WriteLine(Machine.Describe());
        // A ledger of its own each: one that is measured ends with deposits of today, and whatever were filled in after
        // them would have to be of today too, all in a few minutes of the uuid index, as no ledger has it.
        foreach (var size in options.Entries)
        {
            using var bench = new GrowBench(options, table);
            if (size == options.Entries[0])
                Console.WriteLine(DiskProbe.Describe(bench.folder));
            await using (Open(bench.Full, new PastClock(TimeSpan.FromSeconds((double)size / options.Rate))))
            await using (Open(bench.Empty))
            {
            }

            await bench.FillAsync(size, cancellation);
            await bench.MeasureAsync(size, cancellation);
        }

        table.Print();
    }

    public void Dispose() => folder.Dispose();

    private string Full => folder["full"];

    private string Empty => folder["empty"];

    private async Task FillAsync(long size, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        if (options.StatementsOnly)
        {
            var number = 0L;
            new StatementFill(seed++, options.Rate).Run(Full, size, id => Remember(number++, id), cancellation);
        }
        else
        {
            await using var ledger = Open(Full);
            await DepositAsync(ledger, size, remember: true, cancellation);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"filled to {size:N0} in {seconds:N0} s ({size / seconds:N0}/s)"));
    }

    private async Task MeasureAsync(long size, CancellationToken cancellation)
    {
        var bytes = new DirectoryInfo(Full).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        var (cold, warm) = GrowthReads.Proofs(Full, new Random(options.Seed));
        var starts = await StartAsync(cancellation);
        await using var full = Open(Full);
        await using var empty = Open(Empty);
        var pairs = new List<(double Full, double Empty)>();
        for (var round = -1; round < options.Rounds; round++)
        {
            var pair = (await DepositAsync(full, options.Batch, false, cancellation), await DepositAsync(empty, options.Batch, false, cancellation));
            if (round >= 0) // The first warms both.
                pairs.Add(pair);
        }

        GrowthReads.Certificates(full, sample, new Random(options.Seed));
        var certificates = GrowthReads.Certificates(full, sample, new Random(options.Seed));
        table.Add(
            size.ToString("N0", CultureInfo.InvariantCulture), (double)bytes / size, bytes / size / GrowthReads.TextBytes(full, sample),
            Statistics.Median(starts.Select(start => start.Start)), Statistics.Median(starts.Select(start => start.Open)),
            Statistics.Median(pairs.Select(pair => pair.Full)), Statistics.Median(pairs.Select(pair => pair.Full / pair.Empty)),
            cold.P50, cold.P99, warm.P50, warm.P99, certificates.P50, certificates.P99,
            Statistics.Median(starts.Select(start => start.Memory)));
        await Console.Error.WriteLineAsync($"measured at {size.ToString("N0", CultureInfo.InvariantCulture)}");
    }

    /// <summary>Server processes started on the full ledger: milliseconds, and MiB at their peak.</summary>
    private async Task<List<(double Start, double Open, double Memory)>> StartAsync(CancellationToken cancellation)
    {
        var starts = new List<(double, double, double)>();
        for (var round = 0; round < options.Rounds; round++)
        {
            await using var server = await ServerProcess.StartAsync(Full, cancellation);
            starts.Add((server.Start.TotalMilliseconds, server.Open.TotalMilliseconds, server.PeakMemory >> 20));
        }

        return starts;
    }

    private void Remember(long number, DepositId deposit)
    {
        if (number % SampleStride == 0)
            sample.Add(deposit);
    }

    private static Ledger Open(string data, TimeProvider? clock = null) =>
        Ledger.Open(new LedgerOptions { DataDirectory = data, TimeProvider = clock ?? TimeProvider.System }, NullLogger<Ledger>.Instance);

    /// <returns>Deposits a second.</returns>
    private async Task<double> DepositAsync(Ledger ledger, long count, bool remember, CancellationToken cancellation)
    {
        // Made a little ahead of their use: five million at once would be all that the garbage collector does.
        var requests = Channel.CreateBounded<MadeRequest>(new BoundedChannelOptions(4 * Concurrency) { SingleWriter = true });
        var making = Task.Run(() => MakeAsync(ledger.Origin, requests.Writer, count, remember, cancellation), cancellation);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => DepositorAsync(ledger, requests.Reader, cancellation)));
        var rate = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await making;
        return rate;
    }

    private async Task MakeAsync(
        string origin, ChannelWriter<MadeRequest> requests, long count, bool remember, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var factory = new RequestFactory(origin, TimeProvider.System, seed++);
        for (var i = 0L; i < count; i++)
        {
            // Uuids lie together by the minute they were made in. Those of a fill are dated as if they had come at a rate
            // that lasts: all in one minute they would make an index that no ledger has.
            var request = remember ? factory.Next(now - TimeSpan.FromSeconds((double)(count - i) / options.Rate)) : factory.Next();
            if (remember)
                Remember(i, request.Deposit);
            await requests.WriteAsync(request, cancellation);
        }

        requests.Complete();
    }

    private static async Task DepositorAsync(Ledger ledger, ChannelReader<MadeRequest> requests, CancellationToken cancellation)
    {
        await foreach (var request in requests.ReadAllAsync(cancellation))
        {
            var result = await ledger.DepositAsync(Depositor.Local, request.Bytes, cancellation);
            if (result.Outcome != DepositOutcome.Issued)
                throw new BenchException($"a deposit ended as {result.Outcome}: {result.Reason}");
        }
    }

    /// <summary>Nothing is dated before a ledger's first entry: one that is to have a past begins in it.</summary>
    private sealed class PastClock(TimeSpan age) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - age;
    }
}
