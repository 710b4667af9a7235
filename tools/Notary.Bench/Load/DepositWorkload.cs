using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Proto = Notary.V1;

namespace Notary.Bench;

/// <summary>Deposits. Counts those acknowledged, and keeps a sample of their certificates to be verified.</summary>
internal sealed class DepositWorkload : Workload
{
    /// <summary>One certificate in so many is kept.</summary>
    private const int SampleStride = 997;

    private Proto.DepositRequest[] messages = [];
    private Proto.DepositBatchRequest[] items = [];
    private Func<string, int> numbers = static _ => -1;
    private long acknowledged;
    private volatile int responseBytes;

    public ConcurrentQueue<Proto.Certificate> Sample { get; } = new();

    public long Acknowledged => Interlocked.Read(ref acknowledged);

    /// <summary>Bytes of a recent response of the form that was called last.</summary>
    public int ResponseBytes => responseBytes;

    public override void Prepare(MadeRequest[] requests)
    {
        numbers = Numbering(requests);
        messages = [.. requests.Select(request => new Proto.DepositRequest { Request = UnsafeByteOperations.UnsafeWrap(request.Bytes) })];
        items = [.. requests.Select((request, i) => new Proto.DepositBatchRequest
        {
            Deposit = request.Deposit.ToString(),
            Request = messages[i].Request,
        })];
    }

    public override async Task<bool> CallAsync(GrpcChannel channel, int number, CancellationToken cancellation)
    {
        var client = new Proto.Notary.NotaryClient(channel);
        var response = await client.DepositAsync(messages[number], new CallOptions(cancellationToken: cancellation));
        return Accept(number, response, response.Certificate);
    }

    public override WorkloadStream Open(GrpcChannel channel, CancellationToken cancellation)
    {
        var call = new Proto.Notary.NotaryClient(channel).DepositBatch(new CallOptions(cancellationToken: cancellation));
        return new WorkloadStream<Proto.DepositBatchRequest, Proto.DepositBatchResponse>(call, items, NumberOf);
    }

    private int NumberOf(Proto.DepositBatchResponse response)
    {
        var number = numbers(response.Deposit);
        return number >= 0 && Accept(number, response, response.Certificate) ? number : -1;
    }

    private bool Accept(int number, IMessage response, Proto.Certificate? certificate)
    {
        // The request comes back inside the certificate: an answer to another deposit would hold other bytes.
        if (certificate is null || !certificate.Request.Span.SequenceEqual(messages[number].Request.Span))
            return false;
        Interlocked.Increment(ref acknowledged);
        if (number % SampleStride == 0)
        {
            responseBytes = response.CalculateSize();
            Sample.Enqueue(certificate);
        }

        return true;
    }
}
