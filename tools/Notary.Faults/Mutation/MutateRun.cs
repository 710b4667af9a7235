using System.Diagnostics;
using System.Globalization;
using Notary.Bench;
using Notary.Core;

namespace Notary.Faults;

/// <summary>What a run of mutants is made of.</summary>
internal sealed record MutateOptions
{
    public required int Seed { get; init; }

    /// <summary>Inputs in all, divided by the kinds' weights.</summary>
    public required long Inputs { get; init; }

    /// <summary>One kind alone, and of it one input: what a failure names.</summary>
    public string? Kind { get; init; }

    public long? Number { get; init; }

    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Longer than this on one input is a hang; only time in which this process runs counts.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    public Action<string> Say { get; init; } = _ => { };
}

/// <summary>How the mutants of one kind fared.</summary>
internal sealed record MutateResult(string Kind, long Inputs, long Malformed, long NotBelieved, long Same, TimeSpan Slowest);

/// <summary>Feeds mutated inputs to everything that reads them: none believed, no other exception, none that takes long.</summary>
internal sealed class MutateRun(MutateOptions options, IReadOnlyList<InputKind> kinds)
{
    private static readonly TimeSpan HangCheck = TimeSpan.FromMilliseconds(200);

    private readonly Current[] current = new Current[options.Workers];

    /// <exception cref="FaultException">A mutant was believed, crashed a parser, or hung; the message repeats it.</exception>
    public async Task<IReadOnlyList<MutateResult>> RunAsync(CancellationToken cancellation)
    {
        var chosen = kinds.Where(kind => options.Kind is null || kind.Name == options.Kind).ToArray();
        var weights = chosen.Sum(kind => kind.Weight);
        var results = new List<MutateResult>();
        foreach (var kind in chosen)
        {
            var start = Stopwatch.GetTimestamp();
            results.Add(await RunAsync(kind, options.Inputs * kind.Weight / weights, cancellation));
            options.Say(string.Create(CultureInfo.InvariantCulture, $"{kind.Name}: {results[^1].Inputs:N0} in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
        }

        return results;
    }

    public static void Print(IReadOnlyList<MutateResult> results)
    {
        var table = new Table("input", "mutants", "malformed", "not believed", "the same", "believed", "crashes", "slowest, ms");
        foreach (var result in results)
            table.Add(result.Kind, result.Inputs.ToString("N0", CultureInfo.InvariantCulture), result.Malformed, result.NotBelieved, result.Same, 0, 0, result.Slowest.TotalMilliseconds);
        table.Print();
    }

    private async Task<MutateResult> RunAsync(InputKind kind, long count, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var workers = Enumerable.Range(0, options.Workers)
            .Select(worker => Task.Factory.StartNew(() => Work(kind, worker, count, stop.Token), stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToList();
        var all = Task.WhenAll(workers);
        var watch = new HangWatch((int)(options.Patience / HangCheck));
        while (!all.IsCompleted && !workers.Exists(worker => worker.IsFaulted))
        {
            await Task.WhenAny(all, Task.Delay(HangCheck, CancellationToken.None));
            CheckHangs(watch);
        }

        await stop.CancelAsync();
        var fates = (await all).ToArray();
        return new MutateResult(
            kind.Name, fates.Sum(fate => fate.Counts.Sum()), fates.Sum(fate => fate.Counts[0]), fates.Sum(fate => fate.Counts[1]),
            fates.Sum(fate => fate.Counts[2]), fates.Max(fate => fate.Slowest));
    }

    /// <summary>A worker that hangs cannot be stopped: the run fails beside it.</summary>
    private void CheckHangs(HangWatch watch)
    {
        for (var worker = 0; worker < current.Length; worker++)
        {
            var one = current[worker];
            if (watch.Look(worker, one.Kind is null ? null : one.Number))
                throw new FaultException(Describe(one.Kind!, one.Number, $"hangs for {options.Patience}"));
        }
    }

    private (long[] Counts, TimeSpan Slowest) Work(InputKind kind, int worker, long count, CancellationToken stop)
    {
        var counts = new long[3];
        var slowest = TimeSpan.Zero;
        var (first, last) = options.Number is { } only ? (worker == 0 ? only : only + 1, only + 1) : (worker, count);
        for (var number = first; number < last && !stop.IsCancellationRequested; number += options.Workers)
        {
            var start = Stopwatch.GetTimestamp();
            current[worker] = new Current(kind.Name, number);
            counts[(int)Try(kind, number)]++;
            var time = Stopwatch.GetElapsedTime(start);
            slowest = time > slowest ? time : slowest;
        }

        current[worker] = default;
        return (counts, slowest);
    }

    private Fate Try(InputKind kind, long number)
    {
        var i = (int)(number % kind.Originals.Count);
        var other = kind.Originals[(int)((number / kind.Originals.Count) % kind.Originals.Count)];
        var mutant = new Mutator(options.Seed, number).Mutate(kind.Originals[i], other);
        try
        {
            return kind.Try(i, mutant);
        }
        catch (MalformedException)
        {
            return Fate.Malformed;
        }
        catch (FaultException e)
        {
            throw new FaultException(Describe(kind.Name, number, $"{e.Message}\n{Convert.ToBase64String(mutant)}"));
        }
        catch (Exception e)
        {
            throw new FaultException(Describe(kind.Name, number, $"crashed its reader: {e.GetType().Name}: {e.Message}\n{Convert.ToBase64String(mutant)}"), e);
        }
    }

    private string Describe(string kind, long number, string what) => string.Create(
        CultureInfo.InvariantCulture, $"seed {options.Seed}, {kind} {number} (repeat with --seed {options.Seed} --kind '{kind}' --number {number}): {what}");

    private readonly record struct Current(string? Kind, long Number);
}
