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

    public required long Entries { get; init; }

    /// <summary>Deposits a second that the fill pretends to have come at.</summary>
    public required int Rate { get; init; }

    public required int Rounds { get; init; }

    public required int Batch { get; init; }

    public required int Seed { get; init; }
}

/// <summary>
/// A ledger filled with made-up deposits beside an empty one. The fill goes through the ledger's own door in this
/// process, so every byte is what a real ledger would hold; only gRPC and the depositors are missing.
/// </summary>
internal sealed class GrowBench
{
    /// <summary>Deposits under way at a time: enough that the sequencer never waits.</summary>
    private const int Concurrency = 2_048;

    /// <summary>One deposit in so many is remembered, to be asked for afterwards.</summary>
    private const int SampleStride = 1_009;

    private readonly GrowOptions options;
    private readonly TemporaryFolder folder;
    private readonly List<DepositId> sample = [];
    private int seed;

    private GrowBench(GrowOptions options, TemporaryFolder folder)
    {
        (this.options, this.folder) = (options, folder);
        seed = options.Seed;
    }

    public static async Task RunAsync(GrowOptions options, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder(options.Folder);
        Console.WriteLine(Machine.Describe());
        Console.WriteLine(DiskProbe.Describe(folder));
        var bench = new GrowBench(options, folder);
        var table = new Table("ledger", "full", "empty", "ratio");
        await bench.FillAsync(cancellation);
        await bench.OpenAsync(table, cancellation);
        await bench.AppendAsync(table, cancellation);
        table.Print();
    }

    private string Full => folder["full"];

    private async Task FillAsync(CancellationToken cancellation)
    {
        await using var ledger = Open(Full);
        var start = Stopwatch.GetTimestamp();
        var rate = await DepositAsync(ledger, options.Entries, sample, cancellation);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Synthetic fill: {options.Entries:N0} entries in {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s ({rate:N0}/s)."));
    }

    /// <summary>A server's start, each in a new process, on the full ledger and on one that has a single entry.</summary>
    private async Task OpenAsync(Table table, CancellationToken cancellation)
    {
        await using (Open(folder["empty"]))
        {
        }

        var bytes = new DirectoryInfo(Full).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        var full = new List<ServerProcess>();
        var empty = new List<ServerProcess>();
        for (var round = 0; round < options.Rounds; round++)
        {
            await using var one = await ServerProcess.StartAsync(Full, cancellation);
            full.Add(one);
            await using var other = await ServerProcess.StartAsync(folder["empty"], cancellation);
            empty.Add(other);
        }

        void Add(string name, Func<ServerProcess, double> figure)
        {
            var (one, other) = (Statistics.Median(full.Select(figure)), Statistics.Median(empty.Select(figure)));
            table.Add(name, one, other, one / other);
        }

        table.Add("bytes on disk for each entry", (double)bytes / options.Entries, "", "");
        Add("start of a server process, ms", server => server.Start.TotalMilliseconds);
        Add("of it opening and listening, ms", server => server.Open.TotalMilliseconds);
    }

    private async Task AppendAsync(Table table, CancellationToken cancellation)
    {
        await using var full = Open(Full);
        await using var empty = Open(folder["empty"]);
        var cold = Prove(full, new Random(options.Seed));
        var pairs = new List<(double Full, double Empty)>();
        for (var round = -1; round < options.Rounds; round++)
        {
            var pair = (await DepositAsync(full, options.Batch, null, cancellation), await DepositAsync(empty, options.Batch, null, cancellation));
            if (round >= 0) // The first warms both.
                pairs.Add(pair);
        }

        table.Add(
            $"appends/s, rounds of {options.Batch:N0}", Statistics.Median(pairs.Select(pair => pair.Full)),
            Statistics.Median(pairs.Select(pair => pair.Empty)), Statistics.Median(pairs.Select(pair => pair.Full / pair.Empty)));
        var warm = Prove(full, new Random(options.Seed));
        table.Add("certificate with proof for a random deposit, caches cold, µs: median", cold.P50, "", "");
        table.Add("the same, 99 of 100 within", cold.P99, "", "");
        table.Add("the same deposits again, µs: median", warm.P50, "", "");
        table.Add("the same, 99 of 100 within", warm.P99, "", "");
        table.Add("peak memory of this process, MiB", PeakMemory(), "", "");
    }

    private static Ledger Open(string data) => Ledger.Open(new LedgerOptions { DataDirectory = data }, NullLogger<Ledger>.Instance);

    /// <returns>Deposits a second.</returns>
    private async Task<double> DepositAsync(Ledger ledger, long count, List<DepositId>? remembered, CancellationToken cancellation)
    {
        // Made a little ahead of their use: five million at once would be all that the garbage collector does.
        var requests = Channel.CreateBounded<MadeRequest>(new BoundedChannelOptions(4 * Concurrency) { SingleWriter = true });
        var making = Task.Run(() => MakeAsync(ledger.Origin, requests.Writer, count, remembered, cancellation), cancellation);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => DepositorAsync(ledger, requests.Reader, cancellation)));
        var rate = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await making;
        return rate;
    }

    private async Task MakeAsync(
        string origin, ChannelWriter<MadeRequest> requests, long count, List<DepositId>? remembered, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var factory = new RequestFactory(origin, TimeProvider.System, seed++);
        for (var i = 0L; i < count; i++)
        {
            // Uuids lie together by the minute they were made in. Those of a fill are dated as if they had come at a rate
            // that lasts: all in one minute they would make an index that no ledger has.
            var request = remembered is null ? factory.Next() : factory.Next(now - TimeSpan.FromSeconds((double)(count - i) / options.Rate));
            if (i % SampleStride == 0)
                remembered?.Add(request.Deposit);
            await requests.WriteAsync(request, cancellation);
        }

        requests.Complete();
    }

    private static async Task DepositorAsync(Ledger ledger, ChannelReader<MadeRequest> requests, CancellationToken cancellation)
    {
        await foreach (var request in requests.ReadAllAsync(cancellation))
        {
            var result = await ledger.DepositAsync("local", request.Bytes, cancellation);
            if (result.Outcome != DepositOutcome.Issued)
                throw new BenchException($"a deposit ended as {result.Outcome}: {result.Reason}");
        }
    }

    /// <summary>Microseconds for the certificates of up to 2,000 deposits of the fill, in random order.</summary>
    private (double P50, double P99) Prove(Ledger ledger, Random random)
    {
        var deposits = sample.ToArray();
        random.Shuffle(deposits);
        var microseconds = new List<double>();
        foreach (var deposit in deposits.AsSpan(0, Math.Min(2_000, deposits.Length)))
        {
            var start = Stopwatch.GetTimestamp();
            if (ledger.GetCertificate("local", deposit) is null)
                throw new BenchException("an acknowledged deposit is not there");
            microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        microseconds.Sort();
        return (Statistics.Percentile(microseconds, 0.5), Statistics.Percentile(microseconds, 0.99));
    }

    private static double PeakMemory()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 >> 20;
    }
}
