using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Notary.Server;

namespace Notary.Tests.Support;

/// <summary>Debian's chronyd, as a private NTP server on loopback that tells this machine's time and sets no clock.</summary>
internal sealed class ChronyServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/chronyd";

    // No control socket, no drift file, no other user: nothing outside the test's folder is touched.
    private static readonly string[] Private = ["-x", "-U", "-f", "/dev/null", $"user {Environment.UserName}", "cmdport 0", "bindcmdaddress /"];

    private readonly Process process;

    private ChronyServer(Process process, int port) => (this.process, Source) = (process, new NtpServer("127.0.0.1", port));

    public NtpServer Source { get; }

    /// <summary>Starts one. It answers soon after, not at once.</summary>
    /// <param name="folder">Where its process id goes.</param>
    public static ChronyServer Start(string folder)
    {
        var port = FreePort();
        string[] arguments =
        [
            "-d", .. Private, string.Create(CultureInfo.InvariantCulture, $"pidfile {folder}/chronyd-{port}.pid"),
            string.Create(CultureInfo.InvariantCulture, $"port {port}"), "bindaddress 127.0.0.1", "allow 127.0.0.1", "local stratum 1",
        ];
        return new ChronyServer(Process.Start(new ProcessStartInfo(ExternalTool.Require(Program), arguments) { RedirectStandardError = true })!, port);
    }

    /// <summary>What chronyd, as a client, says of a server: by how much this machine's clock is behind it.</summary>
    public static async Task<string> AskAsync(string folder, NtpServer server) => (await ExternalTool.RunAsync(
        Program,
        ["-Q", "-t", "20", .. Private, $"pidfile {folder}/chronyd-client.pid", string.Create(CultureInfo.InvariantCulture, $"server {server.Host} port {server.Port} iburst maxsamples 1")])).Succeeded().Error;

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
