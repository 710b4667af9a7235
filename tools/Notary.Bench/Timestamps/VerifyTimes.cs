using System.Diagnostics;
using Notary.Core;
using Notary.Server;

namespace Notary.Bench;

/// <summary>
/// Offline verification of one evidence package with one time-stamp and one document: from the start of the process to its
/// verdict, and again and again in one process.
/// </summary>
internal static class VerifyTimes
{
    private const int WarmRuns = 500;
    private const int Tries = 60;

    public static async Task RunAsync(StampFiles files, FileInfo? program, int rounds, CancellationToken cancellation)
    {
        var notary = new Program(program);
        await MakeEvidenceAsync(files, notary, cancellation);
        string[] verify = ["verify", files["out/document.evidence.zip"], files["document"], "--trust", files["out/trust"], "--tsa-roots", files["root.pem"]];
        var (cold, bare) = (new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var verdict = await Timed.RunAsync(notary.Command(verify), cancellation);
            var version = await Timed.RunAsync(notary.Command("--version"), cancellation);
            if (!verdict.Output.StartsWith("PASS: ", StringComparison.Ordinal) || !verdict.Output.Contains("according to Bench", StringComparison.Ordinal))
                throw new BenchException($"the evidence did not verify: {verdict.Output}");
            if (round < 0) // The first brings the program into the page cache.
                continue;
            cold.Add(1_000 * verdict.Seconds);
            bare.Add(1_000 * version.Seconds);
        }

        var (first, warm) = Warm(files);
        var table = new Table("verification of evidence with one time-stamp", "ms median", "ms 95 of 100");
        AddRow(table, $"process start to verdict ({(program is null ? "as built" : "--notary")})", cold);
        AddRow(table, "of it a process that only prints its version", bare);
        AddRow(table, "the first in a process that has done something else", [first]);
        AddRow(table, "warm, the package read and verified anew each time", warm);
        table.Print();
    }

    private static void AddRow(Table table, string name, List<double> milliseconds) =>
        table.Add(name, Statistics.Median(milliseconds), Statistics.Percentile([.. milliseconds.Order()], 0.95));

    /// <summary>A deposit on a ledger that another server's authority stamps, all over the network as it really is.</summary>
    private static async Task MakeEvidenceAsync(StampFiles files, Program notary, CancellationToken cancellation)
    {
        await using var authority = await NotaryServer.StartAsync(TokenRates.Options(files["tsa"], files.Authority), cancellation);
        var outside = new OutsideAuthority(new Uri(authority.WebAddress, "tsa"), files.Roots);
        await using var ledger = await NotaryServer.StartAsync(TokenRates.Options(files["ledger"], null, outside), cancellation);
        await File.WriteAllTextAsync(files["document"], "rotor geometry", cancellation);
        var address = ledger.GrpcAddress.GetLeftPart(UriPartial.Authority);
        await Timed.RunAsync(notary.Command("deposit", files["document"], "--server", address, "--out", files["out"]), cancellation);
        for (var i = 0; i < Tries; i++)
        {
            var upgraded = await Timed.RunAsync(notary.Command("upgrade", files["out/document.evidence.zip"], "--server", address), cancellation);
            if (upgraded.Output.Contains("time-stamp of ", StringComparison.Ordinal))
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
        }

        throw new BenchException("no time-stamp arrived");
    }

    private static (double First, List<double> Warm) Warm(StampFiles files)
    {
        var policy = TrustPolicy.Parse(File.ReadAllText(files["out/trust"]));
        var inputs = new VerifierInputs(policy)
        {
            TimestampRoots = files.Roots,
            Files = [new GivenFile("document", (ulong)new FileInfo(files["document"]).Length, Hash.Of(File.ReadAllBytes(files["document"])))],
        };
        var package = File.ReadAllBytes(files["out/document.evidence.zip"]);
        var times = new List<double>();
        for (var i = 0; i <= WarmRuns; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var report = Verifier.Verify(Evidence.Read(new MemoryStream(package, writable: false)), inputs);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (report.Verdict != Verdict.Pass || report.Checks.First(check => check.Name == CheckNames.Time).Result != CheckResult.Pass)
                throw new BenchException(report.VerdictSentence.English);
        }

        return (times[0], times[(WarmRuns / 5)..]);
    }

    /// <summary>How <c>notary</c> is started.</summary>
    private sealed class Program(FileInfo? published)
    {
        public ProcessStartInfo Command(params IReadOnlyList<string> arguments) => published is null
            ? Start(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "notary.dll"), .. arguments])
            : Start(published.FullName, arguments);

        private static ProcessStartInfo Start(string file, IEnumerable<string> arguments) =>
            new(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, Environment = { ["LC_ALL"] = "C.UTF-8" } };
    }
}
