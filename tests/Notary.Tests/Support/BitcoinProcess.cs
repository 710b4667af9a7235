using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>A Bitcoin node that is not ours, bcoin, as a process on regtest; and what a calendar does with it.</summary>
internal sealed class BitcoinProcess : IAsyncDisposable
{
    private const string Key = "tests";

    private static readonly string Folder = Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "EndToEnd", "bitcoin");

    private readonly Process process;
    private readonly int port;

    private BitcoinProcess(Process process, int port) => (this.process, this.port) = (process, port);

    /// <summary>With the credentials in it.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://user:{Key}@127.0.0.1:{port}/");

    public string UrlWithoutCredentials => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>What its cookie file would hold.</summary>
    public static string Cookie => $"user:{Key}";

    public static async Task<BitcoinProcess> StartAsync()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "bcoin")))
            ExternalTool.Missing<string>("bcoin is not installed (npm ci --ignore-scripts in tests/Notary.Tests/EndToEnd/bitcoin)");
        var port = FreePort();
        var start = new ProcessStartInfo(ExternalTool.Require("node"), ["node.js", port.ToString(CultureInfo.InvariantCulture), Key])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Without native modules, whose building needs a network.
        start.Environment["NODE_BACKEND"] = "js";
        var node = new BitcoinProcess(Process.Start(start)!, port);
        try
        {
            await node.ReadAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public async Task<ulong> MineAsync(int blocks) => (ulong)(await TellAsync(string.Create(CultureInfo.InvariantCulture, $"mine {blocks}")))["height"]!.GetValue<long>();

    /// <summary>
    /// What a calendar does: the digest goes into a transaction, the transaction into a block; and the timestamp over the
    /// digest leads through both (double SHA-256 of the transaction, then of each pair up to the Merkle root).
    /// </summary>
    public async Task<OtsTimestamp> StampAsync(byte[] digest)
    {
        var mined = await TellAsync($"stamp {Convert.ToHexStringLower(digest)}");
        var transaction = Convert.FromHexString(mined.Text("tx"));
        var at = transaction.AsSpan().IndexOf(digest);
        var ids = mined["txids"]!.AsArray().Select(id => Convert.FromHexString(id!.GetValue<string>())).ToList();
        OtsOperation[] path =
        [
            OtsOperation.Prepend(transaction.AsSpan(0, at)), OtsOperation.Append(transaction.AsSpan(at + digest.Length)), OtsOperation.Sha256, OtsOperation.Sha256,
            // The block's two transactions: the coinbase on the left.
            OtsOperation.Prepend(ids[0]), OtsOperation.Sha256, OtsOperation.Sha256,
        ];
        return new OtsTimestamp([new BitcoinAttestation((ulong)mined["height"]!.GetValue<long>())], []).After(path);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<JsonNode> TellAsync(string command)
    {
        await process.StandardInput.WriteLineAsync(command);
        await process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    private async Task<JsonNode> ReadAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            // The node's own log stands between the answers.
            if (line.StartsWith('{'))
                return JsonNode.Parse(line)!;
        }

        Assert.Fail("the Bitcoin node ended");
        return null!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
