using System.CommandLine;

namespace Notary.Bench;

/// <summary><c>notary-bench access</c></summary>
internal static class AccessCommand
{
    public static Command Create()
    {
        var callers = Options.Number("--callers", 256, "Concurrent unary callers");
        var rounds = Options.Number("--rounds", 5, "Rounds of each kind, which take turns");
        var seconds = new Option<double>("--seconds") { Description = "How long a round lasts, about", DefaultValueFactory = _ => 3 };
        var command = new Command("access", "Deposits a second without accounts, with a key, signed, and over TLS, in turns")
        {
            callers, rounds, seconds, Options.Folder, Options.Seed,
        };
        command.SetAction((parsed, cancellation) => AccessBench.RunAsync(
            parsed.GetValue(Options.Folder), Shape.Unary(parsed.GetValue(callers)), parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(Options.Seed), cancellation));
        return command;
    }
}
