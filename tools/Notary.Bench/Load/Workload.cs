using Grpc.Net.Client;

namespace Notary.Bench;

/// <summary>One kind of call in both of its forms. Everything that is sent is made before the clock starts.</summary>
internal abstract class Workload
{
    /// <summary>Makes the messages of one round, one for each request.</summary>
    public abstract void Prepare(MadeRequest[] requests);

    /// <summary>Sends the message of that number.</summary>
    /// <returns>Whether the answer is OK and this message's.</returns>
    public abstract Task<bool> CallAsync(GrpcChannel channel, int number, CancellationToken cancellation);

    /// <summary>Opens a stream on which any of the round's messages may be sent.</summary>
    public abstract WorkloadStream Open(GrpcChannel channel, CancellationToken cancellation);

    /// <summary>Which message an answer of a stream names; -1 for none.</summary>
    protected static Func<string, int> Numbering(MadeRequest[] requests)
    {
        var numbers = new Dictionary<string, int>(requests.Length, StringComparer.Ordinal);
        for (var i = 0; i < requests.Length; i++)
            numbers.Add(requests[i].Deposit.ToString(), i);
        return name => numbers.GetValueOrDefault(name, -1);
    }
}
