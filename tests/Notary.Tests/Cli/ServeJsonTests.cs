using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Cli;

/// <summary><c>serve --log-format json</c>: what happens as one JSON object a line.</summary>
public sealed class ServeJsonTests : CliTest
{
    [Fact]
    public async Task Every_line_is_an_event_with_number_time_and_values_and_nothing_of_a_depositor()
    {
        await using var server = Serve("--log-format", "json");
        using var serving = JsonDocument.Parse(await server.LineAsync(line => line.Contains("\"EventId\":1,", StringComparison.Ordinal)));
        var state = serving.RootElement.GetProperty("State");
        var request = RunningServer.NewRequest(state.GetProperty("Origin").GetString()!, 1) with { Title = "Rotor geometry" };
        using (var channel = GrpcChannel.ForAddress(state.GetProperty("Grpc").GetString()!))
        {
            var client = new Proto.Notary.NotaryClient(channel);
            await client.DepositAsync(new Proto.DepositRequest { Request = ByteString.CopyFromUtf8(request.ToText()) }, cancellationToken: Cancellation);
            await Assert.ThrowsAsync<RpcException>(async () => await client.DepositAsync(
                new Proto.DepositRequest { Request = ByteString.CopyFromUtf8(request.ToText() + "x") }, cancellationToken: Cancellation));
        }

        Assert.Equal(0, await server.SignalAsync("TERM"));
        Assert.Empty(server.Error);
        var events = server.Output.Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([100, 101, 1, 2, 3], events.Select(line => line.GetProperty("EventId").GetInt32()));
        Assert.All(events, line => Assert.Matches("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}Z$", line.GetProperty("Timestamp").GetString()));
        Assert.Equal(1, events[1].GetProperty("State").GetProperty("Size").GetInt32());
        foreach (var secret in (string[])["Rotor", $"{request.Deposit}", $"{request.Commitment}", $"{request.Nonce}"])
            Assert.DoesNotContain(secret, server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_format_is_refused()
    {
        var result = await RunAsync(2, "serve", "--data", At("data"), "--log-format", "xml");
        Assert.Contains("--log-format is text or json", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("data")));
    }

    private NotaryProcess Serve(params string[] arguments) =>
        NotaryProcess.Start(["serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", .. arguments]);
}
