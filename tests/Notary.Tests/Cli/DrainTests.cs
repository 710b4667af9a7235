using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Cli;

/// <summary>SIGTERM under load: a server that is stopped owes nobody an answer.</summary>
public sealed class DrainTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    private const int Callers = 64;
    private const int Enough = 2_000;

    private readonly ConcurrentDictionary<string, ulong> acknowledged = new();
    private readonly ConcurrentQueue<RpcException> refused = [];
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int next;

    [Fact]
    public async Task Every_call_is_answered_or_refused_and_every_acknowledged_deposit_is_there()
    {
        var channels = Enumerable.Range(0, 4).Select(_ => GrpcChannel.ForAddress(ledger.Address)).ToList();
        var callers = Enumerable.Range(0, Callers).Select(i => CallAsync(new Proto.Notary.NotaryClient(channels[i % channels.Count])))
            .Append(StreamAsync(new Proto.Notary.NotaryClient(channels[0])))
            .Append(StreamAsync(new Proto.Notary.NotaryClient(channels[1])))
            .ToArray();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Equal(0, await ledger.Process.SignalAsync("TERM"));
        Assert.Empty(ledger.Process.Error);
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.Equal(callers.Length, refused.Count);
        // To a caller all of it is one thing: not now, send the same bytes again.
        Assert.All(refused, error => Assert.True(error.StatusCode == StatusCode.Unavailable, error.ToString()));

        await ledger.KillAndRestartAsync();
        foreach (var (deposit, index) in acknowledged)
        {
            var answer = await ledger.Client.GetCertificateAsync(new Proto.GetCertificateRequest { Deposit = deposit }, cancellationToken: Cancellation);
            Assert.Equal(index, TlogProof.Parse(answer.Certificate.Proof.ToStringUtf8()).Index);
        }

        // Nothing was written that nobody was told of: whoever got no certificate was refused before the commit.
        Assert.Equal((ulong)acknowledged.Count + 1, await ledger.SizeAsync());
        channels.ForEach(channel => channel.Dispose());
    }

    private async Task CallAsync(Proto.Notary.NotaryClient client)
    {
        try
        {
            while (true)
            {
                var (deposit, bytes) = NewDeposit();
                var answer = await client.DepositAsync(new Proto.DepositRequest { Request = bytes }, cancellationToken: Cancellation);
                Acknowledge(deposit, answer.Certificate);
            }
        }
        catch (RpcException error)
        {
            refused.Enqueue(error);
        }
    }

    /// <summary>Keeps a hundred deposits under way on one stream.</summary>
    private async Task StreamAsync(Proto.Notary.NotaryClient client)
    {
        using var call = client.DepositBatch(cancellationToken: Cancellation);
        try
        {
            for (var i = 0; i < 100; i++)
                await SendAsync(call);
            while (await call.ResponseStream.MoveNext(Cancellation))
            {
                var answer = call.ResponseStream.Current;
                if (answer.Certificate is { } certificate)
                    Acknowledge(answer.Deposit, certificate);
                else
                    Assert.Equal((int)StatusCode.Unavailable, answer.Error.Code);
                await SendAsync(call);
            }
        }
        catch (RpcException error)
        {
            refused.Enqueue(error);
        }
    }

    /// <summary>A stream that the server has ended takes no more; how it ended is read on the other side.</summary>
    private async Task SendAsync(AsyncDuplexStreamingCall<Proto.DepositBatchRequest, Proto.DepositBatchResponse> call)
    {
        var (deposit, bytes) = NewDeposit();
        try
        {
            await call.RequestStream.WriteAsync(new Proto.DepositBatchRequest { Deposit = deposit, Request = bytes }, Cancellation);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
        }
    }

    private (string Deposit, ByteString Bytes) NewDeposit()
    {
        var request = RunningServer.NewRequest(ledger.Origin, Interlocked.Increment(ref next));
        return ($"{request.Deposit}", ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span));
    }

    private void Acknowledge(string deposit, Proto.Certificate certificate)
    {
        acknowledged[deposit] = TlogProof.Parse(certificate.Proof.ToStringUtf8()).Index;
        if (acknowledged.Count >= Enough)
            reached.TrySetResult();
    }
}
