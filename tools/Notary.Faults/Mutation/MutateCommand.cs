using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Notary.Faults;

/// <summary><c>notary-faults mutate</c></summary>
internal static class MutateCommand
{
    public static Command Create()
    {
        var rounds = new Option<long>("--rounds") { Description = "Mutated inputs", DefaultValueFactory = _ => 10_000_000 };
        var calls = Options.Number("--calls", 200_000, "Mutated calls to a real server beside them");
        var kind = new Option<string?>("--kind") { Description = "One kind of input alone" };
        var number = new Option<long?>("--number") { Description = "One input of it" };
        var command = new Command("mutate", "Mutated inputs of every kind: none believed, no crash, no hang") { rounds, calls, kind, number, Options.Seed, Options.Folder };
        command.SetAction((parsed, cancellation) => RunAsync(
            new MutateOptions
            {
                Seed = parsed.GetValue(Options.Seed),
                Inputs = parsed.GetValue(rounds),
                Kind = parsed.GetValue(kind),
                Number = parsed.GetValue(number),
                Say = Console.WriteLine,
            },
            parsed.GetValue(kind) is null ? parsed.GetValue(calls) : 0, parsed.GetValue(Options.Folder), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(MutateOptions options, int calls, DirectoryInfo? parent, CancellationToken cancellation)
    {
        Console.WriteLine($"seed {options.Seed}");
        var start = Stopwatch.GetTimestamp();
        using var folder = new WorkFolder(parent);
        var samples = await Samples.MakeAsync(folder["samples"]);
        var results = await new MutateRun(options, new InputKinds(samples).All).RunAsync(cancellation);
        MutateRun.Print(results);
        if (calls > 0)
            await folder.RunAsync(async () => Console.WriteLine(await new MutateServerRun(options.Seed, calls, folder["data"]).RunAsync(cancellation)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{results.Sum(result => result.Inputs) + calls:N0} inputs, 0 believed, 0 crashes, 0 hangs; {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
        return 0;
    }
}
