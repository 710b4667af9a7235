using Grpc.Core;
using Grpc.Net.Client;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>
/// HTTP/2 as an attacker speaks it to the gRPC port, over TLS: what begins and does not go on is ended, what floods is cut
/// off, and others are answered meanwhile.
/// </summary>
public sealed class Http2AttackTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly AccountsServer server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var certificates = new TestCertificates(Path.Combine(folder.Path, "tls"));
        certificates.MakeServer();
        var plain = RunningServer.Options(server.Data);
        await server.StartAsync(new ServerOptions
        {
            DataDirectory = plain.DataDirectory,
            Origin = plain.Origin,
            Listen = plain.Listen,
            Web = plain.Web,
            Tls = new TlsOptions(certificates.CertificateOf("server"), certificates.KeyOf("server"), null),
            SlowClientTimeout = TimeSpan.FromMilliseconds(300),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Headers_that_never_end_end_the_connection()
    {
        // Once with nothing after the first part, once with continuations that are never the last.
        foreach (var continuations in (int[])[0, 3])
        {
            await using var client = await OpenAsync();
            await client.SendAsync(Http2Client.Headers, 0, 1, Http2Client.Block((":method", "POST")), Cancellation);
            for (var i = 0; i < continuations; i++)
                await client.SendAsync(Http2Client.Continuation, 0, 1, Http2Client.Block(($"x-{i}", "y")), Cancellation);
            await client.ReadToEndAsync(Cancellation);
        }

        await AnswersAsync();
    }

    [Fact]
    public async Task A_call_whose_message_does_not_come_or_stops_half_way_ends_the_connection()
    {
        // Nothing, and the beginning of a message of 100 bytes.
        byte[][] sent = [[], [0, 0, 0, 0, 100, 1]];
        await Task.WhenAll(sent.Select(async bytes =>
        {
            await using var client = await OpenAsync();
            await client.SendAsync(Http2Client.Headers, Http2Client.EndHeaders, 1, Http2Client.Call("/notary.v1.Notary/GetLedgerInfo"), Cancellation);
            if (bytes.Length > 0)
                await client.SendAsync(Http2Client.Data, 0, 1, bytes, Cancellation);
            await client.ReadToEndAsync(Cancellation);
        }));
        await AnswersAsync();
    }

    [Fact]
    public async Task A_stranger_waits_at_the_door_of_a_stream_and_is_sent_away_at_once()
    {
        await using var client = await OpenAsync();
        await client.SendAsync(Http2Client.Headers, Http2Client.EndHeaders, 1, Http2Client.Call("/notary.v1.Notary/DepositBatch"), Cancellation);
        // The refusal is of headers alone; no message was waited for.
        Assert.True(await client.ReadUntilAsync(Http2Client.Headers, Cancellation));
    }

    [Fact]
    public async Task Streams_that_are_opened_and_reset_in_thousands_disturb_nobody()
    {
        await using var client = await OpenAsync();
        var reading = client.ReadToEndAsync(Cancellation);
        try
        {
            for (var i = 0; i < 5_000; i++)
            {
                await client.SendAsync(Http2Client.Headers, Http2Client.EndHeaders, (2 * i) + 1, Http2Client.Call("/grpc.health.v1.Health/Watch"), Cancellation);
                await client.SendAsync(Http2Client.Reset, 0, (2 * i) + 1, new byte[] { 0, 0, 0, 8 }, Cancellation);
            }
        }
        catch (IOException)
        {
            // The server has had enough.
        }

        await AnswersAsync();
        await client.DisposeAsync();
        await reading;
    }

    [Fact]
    public async Task Headers_and_messages_beyond_the_limits_are_refused()
    {
        var good = server.KeyOf("alpha", Role.Reader);
        using var channel = Channel();
        var client = new Proto.Notary.NotaryClient(channel);
        foreach (var more in (Metadata[])[
            new() { { "x", new string('x', 20_000) } }, Many(200), new() { { "x-bin", new byte[20_000] } },
            new() { { "authorization", $"Bearer {good}{new string('A', 15_000)}" } }])
        {
            var metadata = new Metadata();
            foreach (var entry in more)
                metadata.Add(entry);
            if (metadata.Get("authorization") is null)
                metadata.Add("authorization", $"Bearer {good}");
            await Assert.ThrowsAnyAsync<RpcException>(async () => await client.ListDepositsAsync(new(), metadata, cancellationToken: Cancellation));
        }

        var large = await Assert.ThrowsAsync<RpcException>(async () => await client.DepositAsync(
            new() { Request = Google.Protobuf.ByteString.CopyFrom(new byte[2 << 20]) }, server.As("alpha", Role.Depositor), cancellationToken: Cancellation));
        Assert.Equal(StatusCode.ResourceExhausted, large.StatusCode);
        await AnswersAsync();

        static Metadata Many(int count)
        {
            var many = new Metadata();
            for (var i = 0; i < count; i++)
                many.Add($"x-{i}", "y");
            return many;
        }
    }

    private Task<Http2Client> OpenAsync() => Http2Client.ConnectAsync(server.Server.GrpcAddress, withPreface: true, Cancellation);

    private GrpcChannel Channel() => GrpcChannel.ForAddress(server.Server.GrpcAddress, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null } },
        DisposeHttpClient = true,
    });

    /// <summary>Others are answered.</summary>
    private async Task AnswersAsync()
    {
        using var channel = Channel();
        await new Proto.Notary.NotaryClient(channel).ListDepositsAsync(new(), server.As("alpha", Role.Reader), cancellationToken: Cancellation);
    }
}
