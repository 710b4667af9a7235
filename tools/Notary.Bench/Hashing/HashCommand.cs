using System.CommandLine;

namespace Notary.Bench;

/// <summary><c>notary-bench hash</c></summary>
internal static class HashCommand
{
    public static Command Create()
    {
        var gib = new Option<double>("--gib") { Description = "Size of the one large file; 0 leaves it out", DefaultValueFactory = _ => 4 };
        var files = Options.Number("--files", 20_000, "Small files; 0 leaves them out");
        var kib = Options.Number("--kib", 64, "Size of each small file");
        var rounds = Options.Number("--rounds", 5, "Rounds for each row");
        var command = new Command("hash", "Hashing of files beside openssl and sha256sum") { gib, files, kib, rounds, Options.Folder, Options.Seed };
        command.SetAction((parsed, cancellation) => HashBench.RunAsync(
            new HashOptions
            {
                Folder = parsed.GetValue(Options.Folder),
                GiB = parsed.GetValue(gib),
                Files = parsed.GetValue(files),
                KiB = parsed.GetValue(kib),
                Rounds = parsed.GetValue(rounds),
                Seed = parsed.GetValue(Options.Seed),
            },
            cancellation));
        return command;
    }
}
