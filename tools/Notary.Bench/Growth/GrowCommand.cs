using System.CommandLine;

namespace Notary.Bench;

/// <summary><c>notary-bench grow</c></summary>
internal static class GrowCommand
{
    public static Command Create()
    {
        var entries = new Option<long[]>("--entries")
        {
            Description = "Sizes to measure, each with a ledger of its own",
            DefaultValueFactory = _ => [5_000_000],
            AllowMultipleArgumentsPerToken = true,
        };
        var statementsOnly = new Option<bool>("--statements-only") { Description = "Fill without claims and requests: half the bytes, several times as fast" };
        var rate = Options.Number("--rate", 1_000, "Deposits a second that the uuids of the fill are dated by");
        var batch = Options.Number("--batch", 50_000, "Appends of a round");
        var rounds = Options.Number("--rounds", 5, "Rounds for each row");
        var command = new Command("grow", "A full ledger beside an empty one: start, appends, proofs") { entries, statementsOnly, rate, batch, rounds, Options.Folder, Options.Seed };
        command.SetAction((parsed, cancellation) => GrowBench.RunAsync(
            new GrowOptions
            {
                Folder = parsed.GetValue(Options.Folder),
                Entries = parsed.GetRequiredValue(entries),
                StatementsOnly = parsed.GetValue(statementsOnly),
                Rate = parsed.GetValue(rate),
                Rounds = parsed.GetValue(rounds),
                Batch = parsed.GetValue(batch),
                Seed = parsed.GetValue(Options.Seed),
            },
            cancellation));
        return command;
    }
}
