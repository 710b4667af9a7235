using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Proto = Notary.V1;

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
    private const int Tries = 50;
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

            await new LimitRun(seed, parent, say).CrowdOutAsync(folder["crowded"], cancellation);
            await new LimitRun(seed, parent, say).UseUpHandlesAsync(folder["data"]);
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

    /// <summary>More connections than the server may have files: it keeps handles for itself and goes on.</summary>
    private async Task CrowdOutAsync(string data, CancellationToken cancellation)
    {
        await using var server = await ServerProcess.StartAsync(data, ["prlimit", $"--nofile={Handles}:{Handles}"]);
        await promises.CheckAsync(server, data);
        var load = await LoadAsync(server);
        var sockets = await ConnectAsync(server.Address.Port, cancellation);
        var requests = load.Requests(seed, 1);
        var issued = await DepositAsync(server, load, requests);
        say($"{sockets.Count} connections on {Handles} handles: {issued} of {Tries} deposits on an older one issued, a new caller gets {await CallAnewAsync(server)}");
        Require(issued == Tries, $"others' connections keep a depositor from being served:\n{server.Errors}");
        sockets.ForEach(socket => socket.Dispose());
        await RequireServedAsync(server, load, requests.Next().Bytes);
        await promises.CheckAsync(server, data);
        Require(await server.StopAsync() == 0, $"it does not stop in good order:\n{server.Errors}");
        Promises.CheckWhole(data);
        say("they are gone: old and new callers are served, every promise kept");
    }

    /// <summary>
    /// The limit falls to what the server has open: whatever it opens now fails. The runtime itself may end the process
    /// then; if it lives, it must serve everybody once there are handles again.
    /// </summary>
    private async Task UseUpHandlesAsync(string data)
    {
        await using var server = await ServerProcess.StartAsync(data);
        await promises.CheckAsync(server, data);
        var load = await LoadAsync(server);
        var requests = load.Requests(seed, 2);
        await DepositAsync(server, load, requests);
        var before = await LimitHandlesAsync(server, $"{Directory.GetFileSystemEntries($"/proc/{server.Id}/fd").Length}");
        var issued = await DepositAsync(server, load, requests);
        say($"no handles left: {issued} of {Tries} deposits on an open connection issued, a new caller gets {await CallAnewAsync(server)}, the server {(server.HasEnded ? $"ended: {server.Errors.Split('\n')[0]}" : "goes on")}");
        if (server.HasEnded)
        {
            await CheckAgainAsync(data);
            return;
        }

        await LimitHandlesAsync(server, before);
        await RequireServedAsync(server, load, requests.Next().Bytes);
        await promises.CheckAsync(server, data);
        await promises.CheckAllAsync(server);
        say("handles again: old and new callers are served, every promise kept");
    }

    private static async Task<int> DepositAsync(ServerProcess server, Load load, Bench.RequestFactory requests)
    {
        var issued = 0;
        for (var i = 0; i < Tries; i++)
            issued += await load.DepositAsync(server.Client, requests.Next().Bytes) ? 1 : 0;
        return issued;
    }

    private static async Task RequireServedAsync(ServerProcess server, Load load, byte[] request)
    {
        using var channel = GrpcChannel.ForAddress(server.Address);
        Require(
            await load.DepositAsync(new Proto.Notary.NotaryClient(channel), request),
            $"there are handles again, and a new caller is not served:\n{server.Errors}");
        var health = await HealthAsync(server);
        Require(health.StartsWith("200 ", StringComparison.Ordinal), $"there are handles again, and readyz says: {health}");
    }

    /// <summary>Changes how many files a running process may have open; returns how many it was before.</summary>
    private static async Task<string> LimitHandlesAsync(ServerProcess server, string limit)
    {
        string[] arguments = ["--pid", $"{server.Id}", "--nofile", "--raw", "--noheadings", "--output", "SOFT"];
        using var ask = Strace.Start(new ProcessStartInfo("prlimit", arguments) { RedirectStandardOutput = true });
        var before = (await ask.StandardOutput.ReadToEndAsync()).Trim();
        using var set = Strace.Start(new ProcessStartInfo("prlimit", ["--pid", $"{server.Id}", $"--nofile={limit}:"]));
        await set.WaitForExitAsync();
        return set.ExitCode == 0 ? before : throw new CannotRunException("prlimit cannot change a process's limit here");
    }

    private async Task CheckAgainAsync(string data)
    {
        await using var again = await ServerProcess.StartAsync(data);
        await promises.CheckAsync(again, data);
        await promises.CheckAllAsync(again);
        say("started again: every promise kept");
    }

    /// <summary>What somebody gets who connects while there is no handle for the connection.</summary>
    private static async Task<string> CallAnewAsync(ServerProcess server)
    {
        using var channel = GrpcChannel.ForAddress(server.Address);
        try
        {
            var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1);
            await new Proto.Notary.NotaryClient(channel).GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), deadline: deadline);
            return "an answer";
        }
        catch (RpcException e)
        {
            return $"{e.StatusCode}";
        }
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
