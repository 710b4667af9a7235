using System.Diagnostics;
using System.Globalization;
using System.Net.Http;
using Grpc.Net.Client;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Bench;

/// <summary>What the load bench is run with.</summary>
internal sealed record LoadOptions
{
    public required DirectoryInfo? Folder { get; init; }

    public required int Connections { get; init; }

    public required int Rounds { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<int> Callers { get; init; }

    public required int Streams { get; init; }

    public required int Window { get; init; }

    /// <summary>Minutes of full load by the most callers, instead of rows; 0 for the rows.</summary>
    public required double SoakMinutes { get; init; }

    public required int Seed { get; init; }
}

/// <summary>
/// Deposits beside echoes through one gRPC host in one run: rounds alternate, so that whatever else the machine does
/// weighs on both, and each ratio is of two rounds that followed each other.
/// </summary>
internal sealed class LoadBench : IDisposable
{
    private const double WarmUpSeconds = 2;

    private readonly LoadOptions options;
    private readonly ServerProcess server;
    private readonly GrpcChannel[] channels;
    private readonly DepositWorkload deposits = new();
    private readonly EchoWorkload echoes;
    private readonly Table table = new(
        "calls", "deposits/s", "p50 ms", "p99 ms", "echoes/s", "p50 ms", "p99 ms", "ratio", "lowest", "highest", "server µs/deposit", "server µs/echo");

    private RequestFactory factory = null!;
    private ulong sizeBefore;

    private LoadBench(LoadOptions options, ServerProcess server)
    {
        (this.options, this.server) = (options, server);
        echoes = new EchoWorkload(deposits);
        channels = [.. Enumerable.Range(0, Math.Max(options.Connections, options.Streams)).Select(_ => GrpcChannel.ForAddress(
            server.Address, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false }, DisposeHttpClient = true }))];
    }

    public static async Task RunAsync(LoadOptions options, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder(options.Folder);
        Console.WriteLine(Machine.Describe());
        Console.WriteLine(DiskProbe.Describe(folder));
        await using var server = await ServerProcess.StartAsync(folder["ledger"], cancellation);
        using var bench = new LoadBench(options, server);
        await bench.BeginAsync(cancellation);
        if (options.SoakMinutes > 0)
            await bench.SoakAsync(cancellation);
        else
            await bench.CompareAsync(cancellation);
        await bench.EndAsync(cancellation);
    }

    public void Dispose() => Array.ForEach(channels, channel => channel.Dispose());

    private async Task BeginAsync(CancellationToken cancellation)
    {
        var ledger = await LedgerInfoAsync(cancellation);
        factory = new RequestFactory(ledger.Origin, TimeProvider.System, options.Seed);
        sizeBefore = Checkpoint.Parse(SignedNote.Parse(ledger.Checkpoint.ToStringUtf8()).Text).Size;
        // Both processes compile what is hot a second time after it ran a while; that is over before anything is measured.
        Shape[] shapes = options.Streams > 0 ? [Shape.Unary(16), Shape.Streams(options.Streams, options.Window)] : [Shape.Unary(16)];
        foreach (var shape in shapes)
        {
            await WarmUpAsync(deposits, shape, seconds: 4, cancellation);
            await WarmUpAsync(echoes, shape, seconds: 4, cancellation);
        }
    }

    private async Task CompareAsync(CancellationToken cancellation)
    {
        var rate = 0.0;
        foreach (var callers in options.Callers)
            rate = await CompareAsync(Shape.Unary(callers), cancellation);
        var half = await PacedAsync(Shape.Unary(options.Callers[^1], rate / 2), cancellation);
        if (options.Streams > 0)
            await CompareAsync(Shape.Streams(options.Streams, options.Window), cancellation);
        table.Print();
        Console.WriteLine(half);
    }

    /// <summary>The latency of deposits that come at a given pace, and of echoes at the same: what is the callers' own is in both.</summary>
    private async Task<string> PacedAsync(Shape shape, CancellationToken cancellation)
    {
        var (count, deposited, echoed) = (CountFor(shape.Pace, shape), new List<RoundResult>(), new List<RoundResult>());
        for (var round = 0; round < options.Rounds; round++)
        {
            deposited.Add(await MeasureAsync(deposits, count, shape, cancellation));
            echoed.Add(await MeasureAsync(echoes, count, shape, cancellation));
        }

        static double Of(List<RoundResult> rounds, Func<RoundResult, double> figure) => Statistics.Median(rounds.Select(figure));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"At half that load, {Of(deposited, round => round.Rate):N0} deposits/s: p50 {Of(deposited, round => round.P50):F2} ms, p99 {Of(deposited, round => round.P99):F1} ms; echoes at the same pace: p50 {Of(echoed, round => round.P50):F2} ms, p99 {Of(echoed, round => round.P99):F1} ms.");
    }

    /// <summary>Full load for long: whether rate, latency or memory drift.</summary>
    private async Task SoakAsync(CancellationToken cancellation)
    {
        var shape = Shape.Unary(options.Callers[^1]);
        var rate = await WarmUpAsync(deposits, shape, WarmUpSeconds, cancellation);
        var soak = new Table("minute", "deposits/s", "p50 ms", "p99 ms", "server MiB now", "at its peak");
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) is { TotalMinutes: var minute } && minute < options.SoakMinutes)
        {
            // A round a minute would take half a gigabyte of prepared requests, so a minute is six rounds.
            var rounds = new List<RoundResult>();
            for (var round = 0; round < 6; round++)
                rounds.Add(await MeasureAsync(deposits, (int)(10 * rate), shape, cancellation));
            soak.Add(
                minute, Statistics.Median(rounds.Select(round => round.Rate)), Statistics.Median(rounds.Select(round => round.P50)),
                rounds.Max(round => round.P99), (double)(server.Memory >> 20), (double)(server.PeakMemory >> 20));
        }

        soak.Print();
    }

    private async Task<double> CompareAsync(Shape shape, CancellationToken cancellation)
    {
        var depositCount = CountFor(await WarmUpAsync(deposits, shape, WarmUpSeconds, cancellation), shape);
        var echoCount = CountFor(await WarmUpAsync(echoes, shape, WarmUpSeconds, cancellation), shape);
        var pairs = new List<(RoundResult Deposit, RoundResult Echo)>();
        for (var round = 0; round < options.Rounds; round++)
        {
            pairs.Add((
                await MeasureAsync(deposits, depositCount, shape, cancellation),
                await MeasureAsync(echoes, echoCount, shape, cancellation)));
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{shape}: {pairs[^1].Deposit.Rate:F0}/s beside {pairs[^1].Echo.Rate:F0}/s"));
        }

        double Of(Func<(RoundResult Deposit, RoundResult Echo), double> figure) => Statistics.Median(pairs.Select(figure));
        var ratios = pairs.Select(pair => pair.Deposit.Rate / pair.Echo.Rate).ToList();
        table.Add(
            shape,
            Of(pair => pair.Deposit.Rate), Of(pair => pair.Deposit.P50), Of(pair => pair.Deposit.P99),
            Of(pair => pair.Echo.Rate), Of(pair => pair.Echo.P50), Of(pair => pair.Echo.P99),
            Statistics.Median(ratios), ratios.Min(), ratios.Max(),
            Of(pair => pair.Deposit.ServerMicroseconds), Of(pair => pair.Echo.ServerMicroseconds));
        return Of(pair => pair.Deposit.Rate);
    }

    /// <summary>Runs for about that long.</summary>
    /// <returns>Calls a second.</returns>
    private async Task<double> WarmUpAsync(Workload workload, Shape shape, double seconds, CancellationToken cancellation)
    {
        var rate = 0.0;
        for (var pass = 0; pass < 3; pass++)
            rate = (await MeasureAsync(workload, Math.Max(4 * shape.Concurrency, (int)(rate * seconds / 2)), shape, cancellation)).Rate;
        return rate;
    }

    private int CountFor(double rate, Shape shape) => Math.Max(4 * shape.Concurrency, (int)(rate * options.Seconds));

    private Task<RoundResult> MeasureAsync(Workload workload, int count, Shape shape, CancellationToken cancellation)
    {
        workload.Prepare(factory.Next(count));
        return Round.RunAsync(workload, shape.Stream ? channels[..options.Streams] : channels[..options.Connections], count, shape, server, cancellation);
    }

    private async Task EndAsync(CancellationToken cancellation)
    {
        var ledger = await LedgerInfoAsync(cancellation);
        var size = Checkpoint.Parse(SignedNote.Parse(ledger.Checkpoint.ToStringUtf8()).Text).Size;
        if (size - sizeBefore != (ulong)deposits.Acknowledged)
            throw new BenchException($"{deposits.Acknowledged} deposits were acknowledged, and the ledger grew by {size - sizeBefore}");
        var check = new CertificateCheck(ledger);
        foreach (var certificate in deposits.Sample)
            check.Verify(certificate);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{deposits.Acknowledged:N0} deposits acknowledged, all on the ledger; {deposits.Sample.Count:N0} certificates verified; server's peak memory {server.PeakMemory >> 20} MiB."));
    }

    private async Task<Proto.GetLedgerInfoResponse> LedgerInfoAsync(CancellationToken cancellation) =>
        await new Proto.Notary.NotaryClient(channels[0]).GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), cancellationToken: cancellation);
}
