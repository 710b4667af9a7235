using System.CommandLine;

namespace Notary.Faults;

/// <summary><c>notary-faults disk</c> and <c>notary-faults clock</c></summary>
internal static class LimitCommands
{
    public static Command Disk() => Create(
        "disk", "A full disk, a read-only folder, no file handles left (root)",
        (seed, folder, cancellation) => new LimitRun(seed, folder, Console.WriteLine).RunAsync(cancellation));

    public static Command Clock() => Create(
        "clock", "Steps of the wall clock under a running server (faketime)",
        (seed, folder, cancellation) => new ClockRun(seed, folder, Console.WriteLine).RunAsync(cancellation));

    private static Command Create(string name, string description, Func<int, DirectoryInfo?, CancellationToken, Task> run)
    {
        var command = new Command(name, description) { Options.Seed, Options.Folder };
        command.SetAction(async (parsed, cancellation) =>
        {
            var seed = parsed.GetValue(Options.Seed);
            Console.WriteLine($"seed {seed}");
            await run(seed, parsed.GetValue(Options.Folder), cancellation);
            return 0;
        });
        return command;
    }
}
