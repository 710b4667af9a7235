using System.Globalization;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>The files in deploy/ say what the program understands.</summary>
public sealed partial class DeployTests : CliTest
{
    [Fact]
    public async Task The_container_is_healthy_while_the_server_lives_and_only_then()
    {
        var port = "";
        await using (var server = NotaryProcess.Start("serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"))
        {
            port = (await server.FieldAsync("web")).Split(':')[^1];
            await server.FieldAsync("ready");
            (await CheckAsync(port)).Succeeded();
        }

        Assert.NotEqual(0, (await CheckAsync(port)).ExitCode);
    }

    [Theory]
    [InlineData("deploy/notary.service", "^ExecStart=/opt/notary/notary (serve .*)$")]
    [InlineData("deploy/Dockerfile", "^CMD (\\[\"serve\".*\\])$")]
    public async Task The_command_line_is_one_that_serve_takes(string file, string pattern)
    {
        var command = Regex.Match(File.ReadAllText(Path.Combine(RepositoryFolder.Path, file)), pattern, RegexOptions.Multiline).Groups[1].Value;
        var arguments = (command.StartsWith('[') ? JsonSerializer.Deserialize<string[]>(command)! : command.Split(' '))
            .Select(argument => argument.Replace("/var/lib", At("lib"), StringComparison.Ordinal))
            .ToList();
        Directory.CreateDirectory(At("lib/notary-mark"));
        Directory.CreateDirectory(At("lib/notary"));
        await using var server = NotaryProcess.Start([.. arguments, "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"]);
        await server.LineAsync(line => line.Contains("\"EventId\":1,", StringComparison.Ordinal));
        Assert.True(File.Exists(At("lib/notary-mark/ledger.mark")));
        Assert.Equal(0, await server.SignalAsync("TERM"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_service_manager_is_told_when_it_serves_and_when_it_stops(bool outsideTheFileSystem)
    {
        var name = outsideTheFileSystem ? $"@notary-test-{Environment.ProcessId}" : At("notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(outsideTheFileSystem ? '\0' + name[1..] : name));
        await using var server = NotaryProcess.StartIn(
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = name },
            "serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0");
        Assert.Equal("READY=1", await ReceiveAsync(manager));
        Assert.Equal(0, await server.SignalAsync("TERM"));
        Assert.Equal("STOPPING=1", await ReceiveAsync(manager));
        Assert.Empty(server.Error);
    }

    [Fact]
    public void Every_alarm_and_every_event_has_its_line_in_the_guide()
    {
        string Read(string path) => File.ReadAllText(Path.Combine(RepositoryFolder.Path, path));
        var alarms = Alarm().Matches(Read("deploy/prometheus-alerts.yml")).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(alarms);
        foreach (var guide in (string[])["docs/operations.md", "docs/operations.zh.md"])
            Assert.All(alarms, alarm => Assert.Matches($"\n\\|[^|]*\\b{alarm}\\b[^|]*\\|", Read(guide)));
        var table = Read("docs/operations.md").Split("\n| Event | |", 2)[1].Split("\n\n")[0];
        var events = typeof(LogMessages).GetMethods().Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>();
        Assert.Equal(events.Order(), Number().Matches(table).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture)).Order());
    }

    private static async Task<string> ReceiveAsync(Socket manager)
    {
        var buffer = new byte[64];
        var length = await manager.ReceiveAsync(buffer, SocketFlags.None, Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static Task<ToolResult> CheckAsync(string port)
    {
        var command = JsonSerializer.Deserialize<string[]>(HealthCheck().Match(
            File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", "Dockerfile"))).Groups[1].Value)!;
        return ExternalTool.RunAsync(command[0], command[1..].Select(argument => argument.Replace("7071", port, StringComparison.Ordinal)));
    }

    [GeneratedRegex("- alert: ([A-Za-z]+)")]
    private static partial Regex Alarm();

    [GeneratedRegex("\\b[0-9]+\\b")]
    private static partial Regex Number();

    [GeneratedRegex("^HEALTHCHECK .* CMD (\\[.*\\])$", RegexOptions.Multiline)]
    private static partial Regex HealthCheck();
}
