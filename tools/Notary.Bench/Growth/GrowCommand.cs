using System.CommandLine;

namespace Notary.Bench;

/// <summary><c>notary-bench grow</c></summary>
internal static class GrowCommand
{
    public static Command Create()
    {
        var entries = new Option<long>("--entries") { Description = "Made-up entries of the full ledger", DefaultValueFactory = _ => 5_000_000 };
        var rate = Options.Number("--rate", 1_000, "Deposits a second that the uuids of the fill are dated by");
        var batch = Options.Number("--batch", 50_000, "Appends of a round");
        var rounds = Options.Number("--rounds", 5, "Rounds for each row");
        var command = new Command("grow", "A full ledger beside an empty one: start, appends, proofs") { entries, rate, batch, rounds, Options.Folder, Options.Seed };
        command.SetAction((parsed, cancellation) => GrowBench.RunAsync(
            new GrowOptions
            {
                Folder = parsed.GetValue(Options.Folder),
                Entries = parsed.GetValue(entries),
                Rate = parsed.GetValue(rate),
                Rounds = parsed.GetValue(rounds),
                Batch = parsed.GetValue(batch),
                Seed = parsed.GetValue(Options.Seed),
            },
            cancellation));
        return command;
    }
}
