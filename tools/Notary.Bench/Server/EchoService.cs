using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Notary.Bench.Wire;

namespace Notary.Bench;

/// <summary>Answers at once and copies nothing of its own: what is left is the cost of gRPC and of the messages' bytes.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    // A handful of lengths a run: the padding is made once for each.
    private static readonly ConcurrentDictionary<uint, ByteString> Paddings = new();

    public override Task<EchoResponse> Once(EchoRequest request, ServerCallContext context) => Task.FromResult(Answer(request));

    public override async Task Stream(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
            await responseStream.WriteAsync(Answer(requestStream.Current));
    }

    private static EchoResponse Answer(EchoRequest request) => new()
    {
        Deposit = request.Deposit,
        Payload = request.Payload,
        Padding = Paddings.GetOrAdd(request.Padding, static length => UnsafeByteOperations.UnsafeWrap(new byte[length])),
    };
}
