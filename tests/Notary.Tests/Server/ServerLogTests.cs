using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>What reaches the log: the server's own life, and nothing of a depositor.</summary>
public sealed class ServerLogTests
{
    private const string Title = "Rotor geometry, rev. C";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_good_and_bad_leave_no_line_and_nothing_of_a_depositor_is_logged()
    {
        var log = new LogLines();
        var requests = new List<DepositRequest>();
        using var folder = new TemporaryFolder();
        var options = RunningServer.Options(folder.Path);
        var server = await NotaryServer.StartAsync(
            new ServerOptions
            {
                DataDirectory = options.DataDirectory,
                Listen = options.Listen,
                Web = options.Web,
                Logging = logging => logging.AddProvider(log),
            },
            Cancellation);
        using (var channel = GrpcChannel.ForAddress(server.GrpcAddress))
        {
            var client = new Proto.Notary.NotaryClient(channel);
            for (var number = 1; number <= 20; number++)
            {
                requests.Add(RunningServer.NewRequest(server.Origin, number) with { Title = Title });
                await DepositAndFailAsync(client, requests[^1]);
                await LeaveEarlyAsync(channel, RunningServer.NewRequest(server.Origin, 1_000 + number));
            }
        }

        await server.DisposeAsync();
        Assert.Equal(["Notary.Server.Ledger", "Notary.Server.NotaryServer"], log.Lines.Select(line => line.Category).Distinct().Order());
        Assert.All(log.Lines, line => Assert.Equal(LogLevel.Information, line.Level));
        Assert.InRange(log.Lines.Count, 3, 6);
        var text = string.Join('\n', log.Lines.Select(line => line.Text));
        foreach (var secret in requests.SelectMany(request => (string[])[
            Title, $"{request.Deposit}", $"{request.Commitment}", request.Commitment.ToBase64(), $"{request.Nonce}"]))
            Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_stop_that_cannot_copy_the_log_into_the_database_says_so_and_is_a_stop_all_the_same()
    {
        var log = new LogLines();
        using var folder = new TemporaryFolder();
        var options = RunningServer.Options(folder.Path);
        var server = await NotaryServer.StartAsync(
            new ServerOptions
            {
                DataDirectory = options.DataDirectory,
                Origin = options.Origin,
                HighWaterMarkPath = options.HighWaterMarkPath,
                Listen = options.Listen,
                Web = options.Web,
                Logging = logging => logging.AddProvider(log),
                WrapStore = inner => new FaultyStore(inner) { OnCopyLog = () => throw new StoreException("the disk is gone", isFatal: false) },
            },
            Cancellation);
        await server.DisposeAsync();
        var line = Assert.Single(log.Lines, line => line.Level > LogLevel.Information);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.All([Path.Combine(options.DataDirectory, "ledger.db"), "nothing is lost", "must stay", "the disk is gone"], word => Assert.Contains(word, line.Text, StringComparison.Ordinal));
        await (await NotaryServer.StartAsync(options, Cancellation)).DisposeAsync();
    }

    private static async Task DepositAndFailAsync(Proto.Notary.NotaryClient client, DepositRequest request)
    {
        var text = request.ToText();
        await client.DepositAsync(new Proto.DepositRequest { Request = ByteString.CopyFromUtf8(text) }, cancellationToken: Cancellation);
        foreach (var bad in (string[])[text.Replace("items 1", "items 2", StringComparison.Ordinal), text[..^5], text + "more\n"])
        {
            await Assert.ThrowsAsync<RpcException>(async () => await client.DepositAsync(
                new Proto.DepositRequest { Request = ByteString.CopyFrom(Encoding.UTF8.GetBytes(bad)) }, cancellationToken: Cancellation));
        }
    }

    /// <summary>A caller that goes away while its answers are being written.</summary>
    private static async Task LeaveEarlyAsync(GrpcChannel channel, DepositRequest request)
    {
        var client = new Proto.Notary.NotaryClient(channel);
        var bytes = RequestBytes.Create(request, null).Bytes;
        client.DepositAsync(new Proto.DepositRequest { Request = ByteString.CopyFrom(bytes.Span) }, cancellationToken: Cancellation).Dispose();
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        using var call = client.DepositBatch(cancellationToken: Cancellation);
        var item = new Proto.DepositBatchRequest
        {
            Deposit = request.Deposit.ToString(),
            Request = ByteString.CopyFrom(bytes.Span),
        };
        for (var i = 0; i < 50; i++)
            await call.RequestStream.WriteAsync(item, Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
    }

    [Fact]
    public async Task No_key_header_title_or_account_of_a_caller_reaches_the_log_whatever_it_holds()
    {
        var log = new LogLines();
        var server = new AccountsServer();
        var plain = RunningServer.Options(server.Data);
        await server.StartAsync(new ServerOptions
        {
            DataDirectory = plain.DataDirectory,
            Origin = plain.Origin,
            Listen = plain.Listen,
            Web = plain.Web,
            Logging = logging => logging.AddProvider(log),
        });
        var good = server.KeyOf("alpha", Role.Depositor);
        var bad = "nk_" + new string('Q', 43);
        foreach (var key in (string[])[good, bad, "eyJhbGciOiJub25lIn0.e30.", "x%0a%0dcritical: forged", "${jndi:ldap://x}"])
        {
            var metadata = AccountsServer.WithKey(key);
            metadata.Add("x-forged", "forged-header {Origin} %0d%0a");
            await Record.ExceptionAsync(() => server.DepositAsync(RequestBytes.Create(server.NewRequest("alpha") with { Title = "forged-title {0}" }, null), metadata));
            await Record.ExceptionAsync(async () => await server.Accounts.VerifyIdentityAsync(new() { Account = "forged\ncritical: account", Method = "m" }, metadata, cancellationToken: Cancellation));
            using var answer = await server.Web.GetAsync($"/v1/deposits/{Uri.EscapeDataString("forged\r\npath")}", Cancellation);
        }

        await SendGarbageAsync(server.Channel);
        await server.DisposeAsync();
        var text = string.Join('\n', log.Lines.Select(line => line.Text));
        Assert.NotEmpty(text);
        foreach (var secret in (string[])[good, good[3..], ApiKey.HashOf(good).ToString(), bad, "eyJ", "jndi", "forged"])
            Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(log.Lines, line => line.Level > LogLevel.Information);
    }

    /// <summary>What is no message of protobuf at all, to each method that a stranger may call.</summary>
    private static async Task SendGarbageAsync(GrpcChannel channel)
    {
        var bytes = Marshallers.Create<byte[]>(value => value, value => value);
        foreach (var method in (string[])["GetLedgerInfo", "GetKeyChange", "GetOpenTimestamp", "GetConsistencyProof"])
        {
            foreach (var garbage in (byte[][])[[0xff, 0xff, 0xff], [0x0a, 0x7f, .. "forged"u8], [0x0a, 0x02, 0xff, 0xfe]])
            {
                // A message that has no fields may take some of it for fields that it does not know.
                var error = await Record.ExceptionAsync(async () => await channel.CreateCallInvoker().AsyncUnaryCall(
                    new Method<byte[], byte[]>(MethodType.Unary, "notary.v1.Notary", method, bytes, bytes), null, new CallOptions(cancellationToken: Cancellation), garbage));
                if (error is not null)
                    Assert.DoesNotContain("   at ", Assert.IsType<RpcException>(error).Status.Detail, StringComparison.Ordinal);
            }
        }
    }
}
