using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Bench.Wire;

namespace Notary.Bench;

/// <summary>Echoes with messages of the same sizes as <paramref name="deposits"/> had last, in both directions.</summary>
internal sealed class EchoWorkload(DepositWorkload deposits) : Workload
{
    // Tag and length of a field of 128 to 16,383 bytes, or of a number in that range: what payload and padding are.
    private const int FieldBytes = 3;

    private EchoRequest[] messages = [];
    private EchoRequest[] items = [];
    private Func<string, int> numbers = static _ => -1;

    public override void Prepare(MadeRequest[] requests)
    {
        numbers = Numbering(requests);
        messages = [.. requests.Select(request => Message(request, ""))];
        items = [.. requests.Select(request => Message(request, request.Deposit.ToString()))];
    }

    public override async Task<bool> CallAsync(GrpcChannel channel, int number, CancellationToken cancellation)
    {
        var response = await new Echo.EchoClient(channel).OnceAsync(messages[number], new CallOptions(cancellationToken: cancellation));
        return response.Payload.Span.SequenceEqual(messages[number].Payload.Span);
    }

    public override WorkloadStream Open(GrpcChannel channel, CancellationToken cancellation)
    {
        var call = new Echo.EchoClient(channel).Stream(new CallOptions(cancellationToken: cancellation));
        return new WorkloadStream<EchoRequest, EchoResponse>(call, items, NumberOf);
    }

    private int NumberOf(EchoResponse response)
    {
        var number = numbers(response.Deposit);
        return number >= 0 && response.Payload.Span.SequenceEqual(items[number].Payload.Span) ? number : -1;
    }

    private EchoRequest Message(in MadeRequest request, string deposit)
    {
        // The padding's number takes the place of as many bytes of the payload.
        var payload = UnsafeByteOperations.UnsafeWrap(request.Bytes.AsMemory(..^FieldBytes));
        var answered = new EchoResponse { Deposit = deposit, Payload = payload }.CalculateSize();
        return new EchoRequest
        {
            Deposit = deposit,
            Payload = payload,
            Padding = checked((uint)(deposits.ResponseBytes - answered - FieldBytes)),
        };
    }
}
