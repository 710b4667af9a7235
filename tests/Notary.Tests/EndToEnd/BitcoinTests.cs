using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// A deposit's way into Bitcoin with real parts: our server and program, a calendar, a Bitcoin node, and Debian's
/// OpenTimestamps library, which judges what came out.
/// </summary>
public sealed class BitcoinTests : CliTest
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task Debians_library_evaluates_the_well_known_example_as_ours_does()
    {
        var vectors = Path.Combine(AppContext.BaseDirectory, "Vectors", "opentimestamps");
        var header = (await File.ReadAllTextAsync(Path.Combine(vectors, "block-358391.header.hex"), Cancellation)).Trim();
        await File.WriteAllTextAsync(At("headers"), $"358391 {header}\n", Cancellation);
        var (document, timestamp) = (Path.Combine(vectors, "hello-world.txt"), Path.Combine(vectors, "hello-world.txt.ots"));

        var judged = await PythonAsync(document, timestamp, "358391", header);
        var ours = await RunAsync(0, "ots", "verify", document, timestamp, "--headers", At("headers"));

        Assert.Equal("1432827678\n", judged.Output);
        Assert.StartsWith("PASS: the file existed no later than 2015-05-28T17:41:18.000Z", ours.Output, StringComparison.Ordinal);
        var open = await RunAsync(3, "ots", "verify", document, timestamp);
        Assert.Contains("007ee445d23ad061af4a36b809501fab1ac4f2d7e7a739817dd0cbb7ec661b8a"[..8], Reversed(open.Output), StringComparison.Ordinal);
    }

    private static string Reversed(string output)
    {
        var root = System.Text.RegularExpressions.Regex.Match(output, "[0-9a-f]{64}").Value;
        return Convert.ToHexStringLower([.. Convert.FromHexString(root).Reverse()]);
    }

    private static async Task<ToolResult> PythonAsync(params string[] arguments)
    {
        // Debian's own interpreter: another one on PATH has other packages.
        if ((await ExternalTool.RunAsync(Python, ["-c", "import opentimestamps, bitcoin"])).ExitCode != 0)
            ExternalTool.Missing<string>("python3-opentimestamps is not installed");
        var script = Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "EndToEnd", "python", "timestamps.py");
        return (await ExternalTool.RunAsync(Python, ["-B", script, .. arguments])).Succeeded();
    }
}
