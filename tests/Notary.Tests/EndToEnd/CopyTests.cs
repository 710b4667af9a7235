using System.Diagnostics;
using System.Text.Json;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// A real server, its export on a plain web server, mirrors of both and a monitor, as processes; Go's transparency-log
/// library judges what lies in the folders.
/// </summary>
public sealed class CopyTests(LedgerProcess server) : CliTest, IClassFixture<LedgerProcess>
{
    [Fact]
    public async Task An_export_on_a_static_server_is_followed_like_the_ledger_itself()
    {
        await DepositAsync("first", 300);
        await RunAsync(0, "export", At("web"), "--data", server.Data);
        await using var web = await StaticServer.StartAsync(At("web"));
        await RunAsync(0, "mirror", web.Address, At("copy"), "--trust", At("first/trust"), "--once");
        Assert.Equal(Files("web"), Files("copy"));

        await DepositAsync("second", 300);
        await RunAsync(0, "export", At("web"), "--data", server.Data);
        await RunAsync(0, "mirror", web.Address, At("copy"), "--trust", At("first/trust"), "--once");
        Assert.Equal(Files("web"), Files("copy"));
        await RunAsync(0, "mirror", server.Web, At("live"), "--trust", At("first/trust"), "--once");
        // The live one never saw the first size, so it has no partial tiles of it.
        Assert.Equal(File.ReadAllText(At("web/checkpoint")), File.ReadAllText(At("live/checkpoint")));

        var vkey = TrustPolicy.Parse(File.ReadAllText(At("first/trust"))).Logs[0].Key.ToString();
        var checker = await GoChecker.PathAsync();
        foreach (var folder in (string[])["web", "copy", "live"])
            Assert.Equal("ok\n", (await ExternalTool.RunAsync(checker, ["tiles", vkey, At(folder)])).Succeeded().Output);
        foreach (var damaged in (string[])["tile/0/000", "tile/entries/000"])
        {
            var bytes = File.ReadAllBytes(At("copy/" + damaged));
            bytes[^1] ^= 1;
            File.WriteAllBytes(At("copy/" + damaged), bytes);
            Assert.Equal(1, (await ExternalTool.RunAsync(checker, ["tiles", vkey, At("copy")])).ExitCode);
            bytes[^1] ^= 1;
            File.WriteAllBytes(At("copy/" + damaged), bytes);
        }
    }

    [Fact]
    public async Task A_mirror_catches_up_while_deposits_go_on_and_after_being_killed()
    {
        await DepositAsync("out", 50);
        var depositing = DepositAsync("more", 600);
        for (var kills = 0; kills < 3; kills++)
        {
            await using var mirror = NotaryProcess.Start("mirror", server.Web, At("copy"), "--trust", At("out/trust"), "--interval", "1s");
            await Task.Delay(TimeSpan.FromMilliseconds(700 + 200 * kills), Cancellation);
            await mirror.KillAsync();
        }

        await depositing;
        await RunAsync(0, "mirror", server.Web, At("copy"), "--trust", At("out/trust"), "--once");

        var checkpoint = Checkpoint.Parse(SignedNote.Parse(File.ReadAllText(At("copy/checkpoint"))).Text);
        Assert.Equal(await server.SizeAsync(), checkpoint.Size);
        Assert.All(CopiedLedger.PathsOf(checkpoint.Size), path => Assert.True(File.Exists(At("copy/" + path)), path));
    }

    [Fact]
    public async Task A_monitor_visits_keeps_certificates_and_raises_alarms()
    {
        await DepositAsync("out", 3);
        await using var hook = new LyingServer(_ => new Reply(200, []));
        string[] visit =
        [
            "monitor", server.Web, "--trust", At("out/trust"), "--state", At("state"), "--max-age", "1h",
            "--webhook", hook.Address + "/secret-of-the-receiver", "--certificate", .. EvidenceIn("out"),
        ];
        Assert.Contains("of them read and checked", (await RunAsync(0, visit)).Output, StringComparison.Ordinal);
        Assert.Empty(hook.Bodies);
        await RunAsync(0, visit);

        await using var dead = new LyingServer(_ => new Reply(404, []));
        visit[1] = dead.Address;
        Assert.Contains("checkpoint: is not there", (await RunAsync(4, visit)).Error, StringComparison.Ordinal);
        var alarm = JsonDocument.Parse(Assert.Single(hook.Bodies)).RootElement;
        Assert.Equal(4, alarm.GetProperty("exitCode").GetInt32());
        Assert.Equal("unreachable", alarm.GetProperty("findings")[0].GetProperty("kind").GetString());
        Assert.DoesNotContain(At(""), hook.Bodies.First(), StringComparison.Ordinal);

        // The address of the webhook may be a secret of its owner's.
        hook.Answer = _ => new Reply(410, []);
        var other = await RunAsync(4, visit);
        Assert.Contains("webhook at 127.0.0.1 did not take the alarm: it answered 410", other.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-of", other.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mirror", "ftp://127.0.0.1", "DIR", "--trust", "TRUST")]
    [InlineData("mirror", "http://user:word@127.0.0.1", "DIR", "--trust", "TRUST")]
    [InlineData("mirror", "http://127.0.0.1/?a=b", "DIR", "--trust", "TRUST")]
    [InlineData("mirror", "http://127.0.0.1:1", "DIR", "--trust", "TRUST", "--once", "--interval", "1m")]
    [InlineData("mirror", "http://127.0.0.1:1", "DIR", "--trust", "TRUST", "--interval", "0s")]
    [InlineData("mirror", "http://127.0.0.1:1", "DIR", "--trust", "TRUST", "--interval", "1y")]
    [InlineData("mirror", "http://127.0.0.1:1", "DIR")]
    [InlineData("mirror", "http://127.0.0.1:1", "", "--trust", "TRUST")]
    [InlineData("monitor", "http://127.0.0.1:1", "--trust", "TRUST")]
    [InlineData("monitor", "http://127.0.0.1:1", "--trust", "TRUST", "--state", "")]
    [InlineData("monitor", "http://127.0.0.1:1", "--trust", "TRUST", "--state", "DIR", "--webhook", "http://alarms.example.org/")]
    [InlineData("monitor", "http://127.0.0.1:1", "--trust", "TRUST", "--state", "DIR", "--max-age", "99999999999d")]
    public async Task Bad_arguments_are_input(params string[] arguments)
    {
        File.WriteAllText(At("trust"), TrustPolicy.Format(new TestLedger().Key.Verifier, null));
        await RunAsync(2, arguments.Select(argument => argument switch { "DIR" => At("folder"), "TRUST" => At("trust"), _ => argument }));
    }

    [Fact]
    public async Task A_dead_server_is_exit_code_4_soon()
    {
        File.WriteAllText(At("trust"), TrustPolicy.Format(new TestLedger().Key.Verifier, null));
        var watch = Stopwatch.StartNew();
        await RunAsync(4, "mirror", "http://127.0.0.1:1", At("copy"), "--trust", At("trust"), "--once");
        await RunAsync(4, "monitor", "http://127.0.0.1:1", "--trust", At("trust"), "--state", At("state"));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    private async Task DepositAsync(string output, int files)
    {
        Write([.. Enumerable.Range(0, files).Select(i => $"documents-{output}/{i}")]);
        await RunAsync(0, "deposit", "--each", At($"documents-{output}"), "--server", server.Address, "--out", At(output));
    }

    private IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(At(folder), "*", SearchOption.AllDirectories)
            .Select(path => $"{Path.GetRelativePath(At(folder), path)} {Hash.Of(File.ReadAllBytes(path))}")
            .Order(StringComparer.Ordinal);

    /// <summary>Python's http.server: a web server that knows nothing of ledgers.</summary>
    private sealed class StaticServer : IAsyncDisposable
    {
        private readonly Process process;

        private StaticServer(Process process, string address) => (this.process, Address) = (process, address);

        public string Address { get; }

        public static async Task<StaticServer> StartAsync(string folder)
        {
            var start = new ProcessStartInfo(
                ExternalTool.Require("/usr/bin/python3"), ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var line = await process.StandardOutput.ReadLineAsync(Cancellation) ?? "";
            // "Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ..."
            return new StaticServer(process, line[(line.IndexOf('(', StringComparison.Ordinal) + 1)..line.IndexOf(')', StringComparison.Ordinal)]);
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
    }
}
