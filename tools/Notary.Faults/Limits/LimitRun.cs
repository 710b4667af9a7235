using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Notary.Faults;

/// <summary>
/// What a machine runs out of: room on the disk, the right to write, file handles. The server refuses what it cannot do and
/// resumes by itself or after a restart; what it acknowledged stays.
/// </summary>
internal sealed class LimitRun(int seed, DirectoryInfo? parent, Action<string> say)
{
    private const int DiskMebibytes = 24;
    private const int BallastBytes = 6 << 20;
    private const int Handles = 400;
    private const int EnoughRefusals = 10;

    private readonly Promises promises = new();

    /// <exception cref="FaultException">A promise was broken.</exception>
    /// <exception cref="CannotRunException">Not root, or no mounts here.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var folder = new WorkFolder(parent);
        await folder.RunAsync(async () =>
        {
            await using (var disk = await Tmpfs.MountAsync(folder["disk"], DiskMebibytes))
            {
                var data = Path.Combine(folder["disk"], "data");
                await FillAsync(data, folder["disk/ballast"], cancellation);
                await WriteProtectAsync(disk, data);
            }

            await new LimitRun(seed, parent, say).UseUpHandlesAsync(folder["data"], cancellation);
        });
    }

    private async Task FillAsync(string data, string ballast, CancellationToken cancellation)
    {
        await File.WriteAllBytesAsync(ballast, new byte[BallastBytes], cancellation);
        await using (var server = await ServerProcess.StartAsync(data))
        {
            await promises.CheckAsync(server, data);
            var load = await LoadAsync(server);
            var issued = await DepositUntilRefusedAsync(server, load, seed);
            Require(!server.HasEnded, $"a full disk ended the server:\n{server.Errors}");
            var health = await HealthAsync(server);
            Require(health.Contains("full", StringComparison.Ordinal), $"the disk is full, and readyz says: {health}");
            say($"full disk: {issued:N0} deposits, then refused; readyz: {health}");
            File.Delete(ballast);
            Require(await load.DepositAsync(server.Client, load.Requests(seed, 7).Next().Bytes), $"there is room again, and deposits are refused:\n{server.Errors}");
            await promises.CheckAsync(server, data);
            say("room again: issues without a restart, every promise kept");
            issued = await DepositUntilRefusedAsync(server, load, seed + 1);
            say($"full again: {issued:N0} more, then refused; killed");
            await server.KillAsync();
        }

        await using var full = ServerProcess.Launch(data);
        say(await full.IsReadyAsync() ? "start on the full disk: serves" : $"start on the full disk: ended with {await full.EndAsync()}: {full.Errors.Split('\n')[0]}");
        // Recovering a log may need a little room for its index; nothing may be lost for want of it.
        if (!full.HasEnded)
            await full.KillAsync();
    }

    private async Task WriteProtectAsync(Tmpfs disk, string data)
    {
        await disk.RemountAsync("ro");
        await using (var refused = ServerProcess.Launch(data))
        {
            Require(!await refused.IsReadyAsync(), "a server started on a folder that it cannot write");
            Require(
                await refused.EndAsync() > 0 && refused.Errors.StartsWith("notary: error: ", StringComparison.Ordinal) && !refused.Errors.Contains("   at ", StringComparison.Ordinal),
                $"the refusal is no message of ours:\n{refused.Errors}");
            Require(!refused.Errors.Contains("in use", StringComparison.Ordinal), $"the refusal names another cause:\n{refused.Errors}");
            say($"read-only folder: {refused.Errors.Split('\n')[0]}");
        }

        await disk.RemountAsync($"rw,size={2 * DiskMebibytes}m");
        await using var server = await ServerProcess.StartAsync(data);
        await promises.CheckAsync(server, data);
        say("writable again, with room: every promise kept");
    }

    private async Task UseUpHandlesAsync(string data, CancellationToken cancellation)
    {
        await using var server = await ServerProcess.StartAsync(data, ["prlimit", $"--nofile={Handles}:{Handles}"]);
        await promises.CheckAsync(server, data);
        var load = await LoadAsync(server);
        var sockets = await ConnectAsync(server.Address.Port, cancellation);
        var issued = 0;
        var requests = load.Requests(seed, 1);
        for (var i = 0; i < 50; i++)
            issued += await load.DepositAsync(server.Client, requests.Next().Bytes) ? 1 : 0;
        say($"no handles left: {issued} of 50 deposits on an open connection issued, the server {(server.HasEnded ? "ended" : "goes on")} {server.Errors.Split('\n')[0]}");
        sockets.ForEach(socket => socket.Dispose());
        if (server.HasEnded)
            await CheckAgainAsync(data);
        else
            await promises.CheckAsync(server, data);
        say("handles again: every promise kept");
    }

    /// <summary>Connections that say nothing, more than the server has handles, or until it takes none.</summary>
    private static async Task<List<Socket>> ConnectAsync(int port, CancellationToken cancellation)
    {
        var sockets = new List<Socket>();
        try
        {
            while (sockets.Count < 2 * Handles)
            {
                sockets.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                await sockets[^1].ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
            }
        }
        catch (SocketException)
        {
            // It listens no more.
        }

        return sockets;
    }

    private async Task CheckAgainAsync(string data)
    {
        await using var again = await ServerProcess.StartAsync(data);
        await promises.CheckAsync(again, data);
    }

    private async Task<Load> LoadAsync(ServerProcess server)
    {
        var info = await server.Client.GetLedgerInfoAsync(new V1.GetLedgerInfoRequest());
        return new Load(promises, info.Origin, TimeProvider.System);
    }

    private static async Task<int> DepositUntilRefusedAsync(ServerProcess server, Load load, int seed)
    {
        var (issued, refused) = (0, 0);
        var requests = Enumerable.Range(0, 8).Select(i => load.Requests(seed, 8 + i)).ToArray();
        while (refused < EnoughRefusals && !server.HasEnded)
        {
            var results = await Task.WhenAll(requests.Select(one => load.DepositAsync(server.Client, one.Next().Bytes)));
            issued += results.Count(result => result);
            refused += results.Count(result => !result);
        }

        return issued;
    }

    private static async Task<string> HealthAsync(ServerProcess server)
    {
        using var response = await server.Web.GetAsync(new Uri("/readyz", UriKind.Relative));
        var said = await response.Content.ReadAsStringAsync();
        return string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {said.Trim()}");
    }

    private static void Require(bool holds, string broken)
    {
        if (!holds)
            throw new FaultException(broken);
    }
}
