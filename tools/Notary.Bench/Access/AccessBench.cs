using System.Globalization;
using Notary.Core;

namespace Notary.Bench;

/// <summary>
/// What accounts, signatures and TLS cost: one server for each kind, loaded in turns, so that whatever else the machine does
/// weighs on all. Each ratio is of two rounds that followed each other, the plain one first.
/// </summary>
internal static class AccessBench
{
    private const double WarmUpSeconds = 4;

    public static async Task RunAsync(DirectoryInfo? parent, Shape shape, int rounds, double seconds, int seed, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder(parent);
        Console.WriteLine(Machine.Describe());
        Console.WriteLine(DiskProbe.Describe(folder));
        await using var plain = await AccessLoad.StartAsync(folder, "no accounts", AccessKind.Plain, seed, cancellation);
        await using var keyed = await AccessLoad.StartAsync(folder, "API key", AccessKind.Key, seed, cancellation);
        await using var signed = await AccessLoad.StartAsync(folder, "API key, signed", AccessKind.Key | AccessKind.Signed, seed, cancellation);
        await using var tls = await AccessLoad.StartAsync(folder, "TLS", AccessKind.Tls, seed, cancellation);
        await using var all = await AccessLoad.StartAsync(folder, "TLS, API key, signed", AccessKind.Tls | AccessKind.Key | AccessKind.Signed, seed, cancellation);
        AccessLoad[] others = [keyed, signed, tls, all];
        var counts = new Dictionary<AccessLoad, int>();
        foreach (var load in others.Prepend(plain))
            counts[load] = Math.Max(4 * shape.Concurrency, (int)(seconds * await WarmUpAsync(load, shape, cancellation)));
        var table = new Table($"Deposit, {shape.Callers} callers", "deposits/s", "p50 ms", "p99 ms", "of plain", "lowest", "highest", "server µs/deposit");
        var baseline = new List<RoundResult>();
        var results = others.ToDictionary(load => load, _ => new List<(RoundResult Plain, RoundResult Other)>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var load in others)
            {
                baseline.Add(await plain.MeasureAsync(counts[plain], shape, cancellation));
                results[load].Add((baseline[^1], await load.MeasureAsync(counts[load], shape, cancellation)));
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{load.Name}: {results[load][^1].Other.Rate:F0}/s beside {baseline[^1].Rate:F0}/s"));
            }
        }

        Add(table, plain.Name, baseline, [1]);
        foreach (var load in others)
            Add(table, load.Name, [.. results[load].Select(pair => pair.Other)], [.. results[load].Select(pair => pair.Other.Rate / pair.Plain.Rate)]);
        table.Print();
        foreach (var load in others.Prepend(plain))
            await load.CheckAsync(cancellation);
    }

    private static async Task<double> WarmUpAsync(AccessLoad load, Shape shape, CancellationToken cancellation)
    {
        var rate = 0.0;
        for (var pass = 0; pass < 4; pass++)
            rate = (await load.MeasureAsync(Math.Max(4 * shape.Concurrency, (int)(rate * WarmUpSeconds / 2)), shape, cancellation)).Rate;
        return rate;
    }

    private static void Add(Table table, string name, IReadOnlyList<RoundResult> rounds, IReadOnlyList<double> ratios) => table.Add(
        name,
        Statistics.Median(rounds.Select(round => round.Rate)), Statistics.Median(rounds.Select(round => round.P50)), Statistics.Median(rounds.Select(round => round.P99)),
        Statistics.Median(ratios), ratios.Min(), ratios.Max(),
        Statistics.Median(rounds.Select(round => round.ServerMicroseconds)));
}
