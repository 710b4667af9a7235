using System.CommandLine;

namespace Notary.Bench;

/// <summary><c>notary-bench stamps</c></summary>
internal static class StampCommand
{
    public static Command Create()
    {
        var seconds = Options.Number("--seconds", 5, "Length of each round of tokens");
        var rounds = Options.Number("--rounds", 5, "Rounds of tokens; verifications are four times as many");
        var notary = new Option<FileInfo?>("--notary")
        {
            Description = "The program whose start is measured, as it is published; default: the one built with this, without ReadyToRun",
        };
        var command = new Command("stamps", "Time-stamp tokens beside openssl ts -reply, and verification of evidence with one") { seconds, rounds, notary, Options.Folder };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var folder = new TemporaryFolder(parsed.GetValue(Options.Folder));
            Console.WriteLine(Machine.Describe());
            var files = new StampFiles(folder);
            await TokenRates.RunAsync(files, parsed.GetValue(seconds), parsed.GetValue(rounds), cancellation);
            await VerifyTimes.RunAsync(files, parsed.GetValue(notary), 4 * parsed.GetValue(rounds), cancellation);
        });
        return command;
    }
}
