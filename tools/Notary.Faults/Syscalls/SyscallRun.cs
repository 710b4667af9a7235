using System.Globalization;
using Notary.Bench;

namespace Notary.Faults;

/// <summary>What a run over system calls is made of.</summary>
internal sealed record SyscallOptions
{
    public required int Seed { get; init; }

    public IReadOnlyList<Scenario> Scenarios { get; init; } = Enum.GetValues<Scenario>();

    /// <summary>One call alone, as tables name it, such as <c>pwrite64 ledger.db #1</c>: what a failure names.</summary>
    public string? Call { get; init; }

    /// <summary>How many faults of each scenario, chosen by the seed; null takes all.</summary>
    public int? Faults { get; init; }

    public DirectoryInfo? Folder { get; init; }

    public Action<string> Say { get; init; } = _ => { };
}

/// <summary>A fault and what came of it. That the restart then kept every promise goes without saying: else there is no row.</summary>
internal sealed record SyscallOutcome(Scenario Scenario, TracedCall Call, CallFault Fault, string Outcome);

/// <summary>
/// Lists the calls on a ledger's files that one start, append or stop makes, then repeats it with each of them failing in
/// turn. After each fault the server is killed, started again without it, and held to its promises.
/// </summary>
internal sealed class SyscallRun(SyscallOptions options)
{
    private readonly Random random = new(options.Seed);

    /// <exception cref="FaultException">A promise was broken.</exception>
    /// <exception cref="CannotRunException">strace is missing, or may not trace here.</exception>
    public async Task<IReadOnlyList<SyscallOutcome>> RunAsync(CancellationToken cancellation)
    {
        Strace.Start(new System.Diagnostics.ProcessStartInfo("strace", ["-V"]) { RedirectStandardOutput = true }).Dispose();
        var outcomes = new List<SyscallOutcome>();
        foreach (var scenario in options.Scenarios)
        {
            using var folder = new WorkFolder(options.Folder);
            await folder.RunAsync(async () => outcomes.AddRange(await RunAsync(scenario, folder, cancellation)));
        }

        return outcomes;
    }

    private async Task<List<SyscallOutcome>> RunAsync(Scenario scenario, WorkFolder folder, CancellationToken cancellation)
    {
        var template = await SyscallLedger.PrepareAsync(folder["template"], scenario);
        var calls = await TraceAsync(scenario, template, folder["trace"]);
        options.Say($"{scenario}: {calls.Count} calls");
        if (options.Call is { } only)
            calls = calls.Where(call => call.ToString() == only).ToList() is { Count: > 0 } found ? found : throw new FaultException($"{scenario} does not call {only}");
        var faults = calls.SelectMany(call => CallFault.Of(call).Select(fault => (Call: call, Fault: fault))).ToArray();
        if (options.Faults is { } count)
            random.Shuffle(faults);
        var outcomes = new List<SyscallOutcome>();
        foreach (var (call, fault) in faults.Take(options.Faults ?? faults.Length))
        {
            cancellation.ThrowIfCancellationRequested();
            var outcome = await RunAsync(scenario, template, call, fault, folder["run"]);
            outcomes.Add(new SyscallOutcome(scenario, call, fault, outcome));
            options.Say($"{scenario}: {call}: {fault.Name}: {outcome}");
        }

        return outcomes;
    }

    private static async Task<IReadOnlyList<TracedCall>> TraceAsync(Scenario scenario, SyscallLedger template, string path)
    {
        await using var ledger = template.Copy(path);
        await ledger.ActAsync(scenario, null, null);
        return [.. TracedCall.Parse(ledger.Strace.Trace).Select(call => call with { Path = Path.GetRelativePath(path, call.Path) })];
    }

    private async Task<string> RunAsync(Scenario scenario, SyscallLedger template, TracedCall relative, CallFault fault, string path)
    {
        // A call that another thread makes first next time can come out under another number: then it is tried again.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                await using var ledger = template.Copy(path);
                var call = relative with { Path = Path.GetFullPath(relative.Path, path) };
                var outcome = await ledger.ActAsync(scenario, call, fault);
                await ledger.RecoverAsync();
                if (ledger.Strace.HasStruck)
                    return outcome;
            }
            catch (FaultException e)
            {
                throw new FaultException($"seed {options.Seed}, {scenario}, {relative}, {fault.Name}: {e.Message}", e);
            }
        }

        return "not made again";
    }

    /// <summary>Prints the table of one scenario: a row a call, a column a fault.</summary>
    public static void Print(Scenario scenario, IEnumerable<SyscallOutcome> outcomes)
    {
        var own = outcomes.Where(outcome => outcome.Scenario == scenario).ToArray();
        var faults = own.Select(outcome => outcome.Fault).Distinct().ToArray();
        var table = new Table([string.Create(CultureInfo.InvariantCulture, $"{scenario}"), .. faults.Select(fault => fault.Name)]);
        foreach (var call in own.GroupBy(outcome => outcome.Call))
            table.Add([call.Key.ToString(), .. faults.Select(fault => call.FirstOrDefault(one => one.Fault == fault)?.Outcome ?? "")]);
        table.Print();
    }
}
