using Grpc.Net.Client;
using Notary.Core;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Support;

/// <summary><c>notary serve</c> as a process on free ports, with a data folder of its own.</summary>
public sealed class LedgerProcess : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private NotaryProcess process = null!;
    private GrpcChannel? channel;

    public string Data => Path.Combine(folder.Path, "data");

    /// <summary><c>http://127.0.0.1:port</c> of gRPC.</summary>
    public string Address { get; private set; } = "";

    public string Web { get; private set; } = "";

    public string Origin { get; private set; } = "";

    /// <summary>A client that is not the one under test.</summary>
    public Proto.Notary.NotaryClient Client { get; private set; } = null!;

    internal NotaryProcess Process => process;

    public async ValueTask InitializeAsync() => await StartAsync("127.0.0.1:0");

    /// <summary>Ends it without notice and starts it again on the same folder and port.</summary>
    public async Task KillAndRestartAsync()
    {
        await process.KillAsync();
        await StartAsync(Address["http://".Length..]);
    }

    /// <summary>Stops it, changes its key by the verb, and starts it again on the same folder and ports.</summary>
    /// <returns>What the verb printed.</returns>
    internal async Task<ToolResult> ChangeKeyAsync(params string[] flags)
    {
        await process.SignalAsync("TERM");
        var result = (await NotaryProcess.RunAsync(["rotate-key", "--data", Data, .. flags])).Succeeded();
        await StartAsync(Address["http://".Length..], Web["http://".Length..]);
        return result;
    }

    /// <summary>The size of the tree.</summary>
    public async Task<ulong> SizeAsync()
    {
        var answer = await Client.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), cancellationToken: TestContext.Current.CancellationToken);
        return Checkpoint.Parse(SignedNote.Parse(answer.Checkpoint.ToStringUtf8()).Text).Size;
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        await process.DisposeAsync();
        folder.Dispose();
    }

    private async Task StartAsync(string listen, string web = "127.0.0.1:0")
    {
        channel?.Dispose();
        process = NotaryProcess.Start("serve", "--data", Data, "--store", "sqlite", "--listen", listen, "--web", web);
        Origin = await process.FieldAsync("ledger");
        Address = await process.FieldAsync("grpc");
        Web = await process.FieldAsync("web");
        await process.FieldAsync("ready");
        channel = GrpcChannel.ForAddress(Address);
        Client = new Proto.Notary.NotaryClient(channel);
    }
}
