using System.Diagnostics;
using System.Globalization;

namespace Notary.Faults;

/// <summary>What a run of kills is made of.</summary>
internal sealed record KillOptions
{
    public required int Seed { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Rounds on one ledger; then a new one, so that a round stays short and first starts are killed too.</summary>
    public int RoundsPerLedger { get; init; } = 50;

    /// <summary>The latest moment of a kill, counted from the begin of the load or of the start.</summary>
    public TimeSpan Latest { get; init; } = TimeSpan.FromMilliseconds(200);

    public int Callers { get; init; } = 12;

    public int Streams { get; init; } = 2;

    public DirectoryInfo? Folder { get; init; }

    public Action<string> Say { get; init; } = _ => { };
}

/// <summary>What a run of kills came to.</summary>
internal sealed record KillResult(int Rounds, int KilledStarts, int Deposits, int Checkpoints, int Resent, TimeSpan Time)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Rounds} rounds, {KilledStarts} of them killed while starting; {Deposits:N0} deposits acknowledged, 0 lost; {Checkpoints:N0} checkpoints seen, 0 forks; {Resent:N0} sent again; {Time.TotalSeconds:F0} s");
}

/// <summary>
/// SIGKILL at random moments under load from several clients. After each: restart, and the server is held to everything it
/// ever acknowledged. What a kill cannot show is a missing fsync: the system keeps what was written.
/// </summary>
internal sealed class KillRun(KillOptions options)
{
    /// <summary>One kill in so many comes while the server starts.</summary>
    private const int StartKills = 6;

    private readonly Random random = new(options.Seed);
    private int killedStarts;
    private int deposits;
    private int checkpoints;
    private int resent;

    /// <exception cref="FaultException">A promise was broken.</exception>
    public async Task<KillResult> RunAsync(CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        for (var done = 0; done < options.Rounds; done += options.RoundsPerLedger)
        {
            var first = done;
            using var folder = new WorkFolder(options.Folder);
            await folder.RunAsync(() => RunLedgerAsync(folder["data"], first, Math.Min(options.RoundsPerLedger, options.Rounds - first), cancellation));
            options.Say(Result(Math.Min(done + options.RoundsPerLedger, options.Rounds), start).ToString());
        }

        return Result(options.Rounds, start);
    }

    private KillResult Result(int rounds, long start) => new(rounds, killedStarts, deposits, checkpoints, resent, Stopwatch.GetElapsedTime(start));

    private async Task RunLedgerAsync(string data, int first, int rounds, CancellationToken cancellation)
    {
        var promises = new Promises();
        for (var round = first; round < first + rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                await KillStartAsync(data);
                await RunRoundAsync(promises, data, round);
            }
            catch (FaultException e)
            {
                throw new FaultException($"round {round} of seed {options.Seed}: {e.Message}", e);
            }
        }

        await using var last = await ServerProcess.StartAsync(data);
        await promises.CheckAsync(last, data);
        await promises.CheckAllAsync(last);
        (deposits, checkpoints, resent) = (deposits + promises.Deposits, checkpoints + promises.Checkpoints, resent + promises.Resent);
    }

    private async Task KillStartAsync(string data)
    {
        if (random.Next(StartKills) != 0)
            return;
        await using var server = ServerProcess.Launch(data);
        await Task.Delay(options.Latest * (2 * random.NextDouble()));
        await server.KillAsync();
        killedStarts++;
    }

    private async Task RunRoundAsync(Promises promises, string data, int round)
    {
        await using var server = await ServerProcess.StartAsync(data);
        await promises.CheckAsync(server, data);
        var info = await server.Client.GetLedgerInfoAsync(new V1.GetLedgerInfoRequest());
        var load = new Load(promises, info.Origin, TimeProvider.System).RunAsync(
            server.Client, options.Callers, options.Streams, unchecked((options.Seed * 1_000_003) + round), CancellationToken.None);
        await Task.WhenAny(load, Task.Delay(options.Latest * random.NextDouble()));
        await server.KillAsync();
        await load;
    }
}
