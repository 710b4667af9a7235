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
    private const int Streams = 2;
    private const int InFlight = 100;
    private const int Enough = 2_000;

    private readonly ConcurrentDictionary<string, ulong> acknowledged = new();
    private readonly ConcurrentQueue<RpcException> refused = [];
    private readonly ConcurrentQueue<RpcException> ended = [];
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int next;

    [Fact]
    public async Task Every_call_is_answered_or_refused_and_every_acknowledged_deposit_is_there()
    {
        var channels = Enumerable.Range(0, 4).Select(_ => GrpcChannel.ForAddress(ledger.Address)).ToList();
        var callers = Enumerable.Range(0, Callers).Select(i => CallAsync(new Proto.Notary.NotaryClient(channels[i % channels.Count])))
            .Concat(Enumerable.Range(0, Streams).Select(i => StreamAsync(new Proto.Notary.NotaryClient(channels[i]))))
            .ToArray();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Equal(0, await ledger.Process.SignalAsync("TERM"));
        Assert.Empty(ledger.Process.Error);
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.Equal((Callers, Streams), (refused.Count, ended.Count));
        // To a caller all of it is one thing: not now, send the same bytes again.
        Assert.All(refused, error => Assert.True(error.StatusCode == StatusCode.Unavailable, error.ToString()));
        Assert.All(ended, error => Assert.True(error.StatusCode == StatusCode.Unavailable || IsConnectionEnd(error.Status.DebugException), error.ToString()));

        await ledger.KillAndRestartAsync();
        foreach (var (deposit, index) in acknowledged)
        {
            var answer = await ledger.Client.GetCertificateAsync(new Proto.GetCertificateRequest { Deposit = deposit }, cancellationToken: Cancellation);
            Assert.Equal(index, TlogProof.Parse(answer.Certificate.Proof.ToStringUtf8()).Index);
        }

        // Whoever got no certificate was refused before the commit; only a stream whose connection ended may hold a few.
        var untold = await ledger.SizeAsync() - (ulong)acknowledged.Count - 1;
        Assert.InRange(untold, 0UL, (ulong)(ended.Count(error => error.StatusCode != StatusCode.Unavailable) * InFlight));
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

    /// <summary>Keeps <see cref="InFlight"/> deposits under way on one stream.</summary>
    private async Task StreamAsync(Proto.Notary.NotaryClient client)
    {
        using var call = client.DepositBatch(cancellationToken: Cancellation);
        try
        {
            for (var i = 0; i < InFlight; i++)
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
            ended.Enqueue(error);
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
        catch (Exception e) when (e is RpcException or InvalidOperationException || IsConnectionEnd(e))
        {
        }
    }

    /// <summary>A client that was too busy to read how its stream ended before the connection did.</summary>
    private static bool IsConnectionEnd(Exception? e) => e is IOException or HttpRequestException;

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
