using System.CommandLine;

namespace Notary.Faults;

/// <summary><c>notary-faults syscalls</c></summary>
internal static class SyscallsCommand
{
    public static Command Create()
    {
        var scenarios = new Option<Scenario[]>("--scenario") { Description = "Which; default: all", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => Enum.GetValues<Scenario>() };
        var rounds = new Option<int?>("--rounds") { Description = "Faults of each scenario, chosen by the seed; default: all" };
        var call = new Option<string?>("--call") { Description = "One call alone, as tables name it: \"pwrite64 ledger.db #1\"" };
        var command = new Command("syscalls", "Each call on a ledger's files fails in turn (strace)") { scenarios, rounds, call, Options.Seed, Options.Folder };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new SyscallOptions
            {
                Seed = parsed.GetValue(Options.Seed),
                Scenarios = parsed.GetValue(scenarios)!,
                Faults = parsed.GetValue(rounds),
                Call = parsed.GetValue(call),
                Folder = parsed.GetValue(Options.Folder),
                Say = Console.WriteLine,
            };
            Console.WriteLine($"seed {options.Seed}");
            var outcomes = await new SyscallRun(options).RunAsync(cancellation);
            foreach (var scenario in options.Scenarios)
                SyscallRun.Print(scenario, outcomes);
            Console.WriteLine($"{outcomes.Count} faults; after each: restarted, whole, every acknowledged deposit at its index, no fork");
            return 0;
        });
        return command;
    }
}
