using Google.Protobuf;
using Grpc.Core;
using Notary.Bench;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Faults;

/// <summary>Clients that deposit one after the other until the server is gone, or until they are told to stop.</summary>
internal sealed class Load(Promises promises, string origin, TimeProvider time)
{
    private const int Window = 16;

    /// <summary>Starts callers and streams; ends when all of them have lost their server.</summary>
    public Task RunAsync(Proto.Notary.NotaryClient client, int callers, int streams, int seed, CancellationToken stop) => Task.WhenAll(
        [
            .. Enumerable.Range(0, callers).Select(i => CallAsync(client, Requests(seed, i), stop)),
            .. Enumerable.Range(callers, streams).Select(i => StreamAsync(client, Requests(seed, i), stop)),
        ]);

    /// <summary>One deposit; false when it got no certificate.</summary>
    public async Task<bool> DepositAsync(Proto.Notary.NotaryClient client, byte[] request)
    {
        try
        {
            var message = new Proto.DepositRequest { Request = UnsafeByteOperations.UnsafeWrap(request) };
            promises.Keep(request, (await client.DepositAsync(message, deadline: time.GetUtcNow().UtcDateTime.AddSeconds(20))).Certificate);
            return true;
        }
        catch (Exception e) when (e is RpcException or ObjectDisposedException)
        {
            promises.Unanswered(request);
            return false;
        }
    }

    /// <summary>Requests that no other seed and number make.</summary>
    public RequestFactory Requests(int seed, int number) => new(origin, time, unchecked((seed * 31) + number));

    private async Task CallAsync(Proto.Notary.NotaryClient client, RequestFactory requests, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await DepositAsync(client, requests.Next().Bytes))
        {
        }
    }

    private async Task StreamAsync(Proto.Notary.NotaryClient client, RequestFactory requests, CancellationToken stop)
    {
        var open = new Dictionary<string, byte[]>();
        try
        {
            using var call = client.DepositBatch(cancellationToken: CancellationToken.None);
            while (!stop.IsCancellationRequested)
            {
                for (var i = 0; i < Window; i++)
                    await SendAsync(call.RequestStream, requests.Next(), open);
                while (open.Count > 0 && await call.ResponseStream.MoveNext(CancellationToken.None))
                    Take(call.ResponseStream.Current, open);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The kill: InvalidOperationException is what a write after it gets, IOException one that it interrupts.
        }

        foreach (var request in open.Values)
            promises.Unanswered(request);
    }

    private static async Task SendAsync(IClientStreamWriter<Proto.DepositBatchRequest> stream, MadeRequest made, Dictionary<string, byte[]> open)
    {
        var name = made.Deposit.ToString();
        open.Add(name, made.Bytes);
        await stream.WriteAsync(new Proto.DepositBatchRequest { Deposit = name, Request = UnsafeByteOperations.UnsafeWrap(made.Bytes) });
    }

    private void Take(Proto.DepositBatchResponse answer, Dictionary<string, byte[]> open)
    {
        if (answer.OutcomeCase != Proto.DepositBatchResponse.OutcomeOneofCase.Certificate)
            return;
        open.Remove(answer.Deposit, out var request);
        promises.Keep(request, answer.Certificate);
    }
}
