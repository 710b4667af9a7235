using System.CommandLine;

namespace Notary.Faults;

/// <summary><c>notary-faults kill</c></summary>
internal static class KillCommand
{
    public static Command Create()
    {
        var rounds = Options.Number("--rounds", 1_000, "Kills");
        var callers = Options.Number("--callers", 12, "Unary callers beside two streams");
        var command = new Command("kill", "SIGKILL at random moments under load; nothing acknowledged is lost") { rounds, callers, Options.Seed, Options.Folder };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new KillOptions
            {
                Seed = parsed.GetValue(Options.Seed),
                Rounds = parsed.GetValue(rounds),
                Callers = parsed.GetValue(callers),
                Folder = parsed.GetValue(Options.Folder),
                Say = Console.WriteLine,
            };
            Console.WriteLine($"seed {options.Seed}");
            await new KillRun(options).RunAsync(cancellation);
            return 0;
        });
        return command;
    }
}
