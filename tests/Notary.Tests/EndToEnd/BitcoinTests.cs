using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// A deposit's way into Bitcoin with real parts: our server and program, a calendar, a Bitcoin node, and Debian's
/// OpenTimestamps library, which judges what came out.
/// </summary>
public sealed class BitcoinTests : CliTest
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task A_document_is_dated_by_a_block_that_a_real_node_and_another_library_confirm()
    {
        await using var node = await BitcoinProcess.StartAsync();
        await using var calendar = await TestCalendar.StartAsync();
        await node.MineAsync(3);
        Write("designs/rotor.step", "designs/blade.step");
        string[] serve =
        [
            "serve", "--data", At("data"), "--store", "sqlite", "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0",
            "--calendar", calendar.Address.AbsoluteUri, "--calendar-interval", "1s", "--bitcoin", node.Url, "--beacon",
        ];
        await using (var server = NotaryProcess.Start(serve))
        {
            await server.FieldAsync("ready");
            await KeptAsync(1);
            await RunAsync(0, "deposit", At("designs"), "--server", await server.FieldAsync("grpc"), "--out", At("out"));
            await KeptAsync(2);
            await server.KillAsync();
        }

        // What was promised is asked for again as soon as the server is back.
        var (_, commitment) = calendar.Taken.Last();
        calendar.Answer(commitment, await node.StampAsync(commitment));
        await using (var server = NotaryProcess.Start(serve))
        {
            var address = await server.FieldAsync("grpc");
            await server.FieldAsync("ready");
            await UpgradedAsync(address);
        }

        await VerifyAsync(node);
    }

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

    /// <summary>Waits until so many roots are with the calendar, and its promises on the disk.</summary>
    private Task KeptAsync(int count)
    {
        string[] Kept() => Directory.Exists(At("data/ots")) ? Directory.GetFiles(At("data/ots"), "*.anchor") : [];
        return UntilAsync(() => Task.FromResult(Kept().Count(file => !File.ReadAllText(file).EndsWith("-\n", StringComparison.Ordinal)) >= count));
    }

    private Task UpgradedAsync(string address) => UntilAsync(async () =>
    {
        await RunAsync(0, "upgrade", At("out/designs.evidence.zip"), "--server", address);
        return ReadEvidence(At("out/designs.evidence.zip")).Attachments.Count > 0;
    });

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await isSo())
            await Task.Delay(50, limit.Token);
    }

    private async Task VerifyAsync(BitcoinProcess node)
    {
        var (evidence, trust) = (At("out/designs.evidence.zip"), At("out/trust"));
        await File.WriteAllTextAsync(At("cookie"), BitcoinProcess.Cookie, Cancellation);
        var verified = await RunAsync(0, "verify", evidence, At("designs"), "--trust", trust, "--bitcoin", node.UrlWithoutCredentials, "--bitcoin-cookie", At("cookie"));
        Assert.Matches("PASS +bitcoin +2 of 2 OpenTimestamps paths lead", verified.Output);
        Assert.Contains("network 'regtest'", verified.Error, StringComparison.Ordinal);
        Assert.Contains("according to Bitcoin block", verified.Output, StringComparison.Ordinal);
        Assert.Contains("The statement names Bitcoin block 1, and the header that you trust has the same hash", verified.Output, StringComparison.Ordinal);
        await RunAsync(4, "verify", evidence, "--trust", trust, "--bitcoin", node.UrlWithoutCredentials.Replace("http://", "http://user:wrong@", StringComparison.Ordinal));

        var (height, header) = await HeaderAsync(node, evidence);
        await File.WriteAllTextAsync(At("headers"), $"{height} {header}\n", Cancellation);
        await RunAsync(0, "verify", evidence, At("designs"), "--trust", trust, "--headers", At("headers"));
        foreach (var (document, timestamp) in Unpack(evidence))
        {
            (await PythonAsync(document, timestamp, height.ToString(System.Globalization.CultureInfo.InvariantCulture), header)).Succeeded();
            await RunAsync(0, "ots", "verify", document, timestamp, "--bitcoin", node.Url);
            await RunAsync(1, "ots", "verify", trust, timestamp, "--bitcoin", node.Url);
            Assert.Contains($"bitcoin block {height}", (await RunAsync(0, "ots", "info", timestamp)).Output, StringComparison.Ordinal);
        }

        var beacon = Assert.IsType<BitcoinBeacon>(Statement.Parse(ReadEvidence(evidence).Certificate.Statement).Beacon);
        Assert.Equal(1UL, beacon.Height);
    }

    private static async Task<(ulong Height, string Header)> HeaderAsync(BitcoinProcess node, string evidence)
    {
        // The lower one is the statement's beacon.
        var height = Verifier.BlocksNamed(ReadEvidence(evidence))[^1];
        using var rpc = new Notary.Server.BitcoinNode(new Uri(node.Url));
        return (height, Convert.ToHexStringLower((await rpc.FindHeaderAsync(height, Cancellation))!.ToBytes()));
    }

    private IEnumerable<(string Document, string Timestamp)> Unpack(string path)
    {
        var evidence = ReadEvidence(path);
        var digests = Directory.GetFiles(At("designs")).ToDictionary(file => Hash.Of(File.ReadAllBytes(file)));
        foreach (var file in evidence.Attachments)
        {
            var target = At(Path.GetFileName(file.Name));
            File.WriteAllBytes(target, file.Content.ToArray());
            yield return (digests[new Hash(DetachedTimestamp.Parse(file.Content).Digest.Span)], target);
        }
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
