using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Notary.Bench;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Faults;

/// <summary>
/// Mutated gRPC frames to a server in a process of its own. Every call ends in time with a status, what is acknowledged
/// was a well-formed request of its own and comes back to the byte, and the server lives, issues and is whole afterwards.
/// </summary>
internal sealed class MutateServerRun(int seed, int calls, string data)
{
    private const int Parallel = 32;
    private const int PrefixSize = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Promises promises = new();
    private readonly ConcurrentDictionary<string, int> statuses = new(StringComparer.Ordinal);

    /// <returns>The statuses and how often each came, in one line.</returns>
    /// <exception cref="FaultException">As above.</exception>
    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        await using var server = await ServerProcess.StartAsync(data);
        await promises.CheckAsync(server, data);
        var origin = (await server.Client.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), cancellationToken: cancellation)).Origin;
        var known = new RequestFactory(origin, TimeProvider.System, seed).Next();
        await new Load(promises, origin, TimeProvider.System).DepositAsync(server.Client, known.Bytes);
        using var client = new HttpClient { BaseAddress = server.Address, Timeout = Patience };
        var numbers = Enumerable.Range(0, calls);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            numbers,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (number, stop) => await CallAsync(client, Calls(origin, known, number), number, stop));
        if (server.HasEnded)
            throw new FaultException($"seed {seed}: the server ended:\n{server.Errors}");
        if (!await new Load(promises, origin, TimeProvider.System).DepositAsync(server.Client, new RequestFactory(origin, TimeProvider.System, ~seed).Next().Bytes))
            throw new FaultException($"seed {seed}: the server takes no deposits any more");
        await promises.CheckAsync(server, data);
        return string.Join(", ", statuses.OrderByDescending(status => status.Value).Select(status =>
            string.Create(CultureInfo.InvariantCulture, $"{status.Key}: {status.Value:N0}")));
    }

    /// <summary>A method and a message that it takes.</summary>
    private static (string Method, IMessage Message) Calls(string origin, MadeRequest known, int number) => (number % 6) switch
    {
        0 or 1 => ("Deposit", new Proto.DepositRequest { Request = UnsafeByteOperations.UnsafeWrap(new RequestFactory(origin, TimeProvider.System, number).Next().Bytes) }),
        2 => ("DepositBatch", new Proto.DepositBatchRequest { Deposit = known.Deposit.ToString(), Request = UnsafeByteOperations.UnsafeWrap(known.Bytes) }),
        3 => ("GetCertificate", new Proto.GetCertificateRequest { Deposit = known.Deposit.ToString() }),
        4 => ("ListDeposits", new Proto.ListDepositsRequest { PageSize = 10, PageToken = "1" }),
        _ => ("GetConsistencyProof", new Proto.GetConsistencyProofRequest { First = 1, Second = 2 }),
    };

    private async Task CallAsync(HttpClient client, (string Method, IMessage Message) call, int number, CancellationToken cancellation)
    {
        var frame = Frame(call.Message);
        var mutant = new Mutator(seed, number).Mutate(frame, frame);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/notary.v1.Notary/{call.Method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(mutant),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        try
        {
            using var response = await client.SendAsync(request, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            var status = Status(response) ?? throw new FaultException($"seed {seed}, call {number} to {call.Method}: no gRPC status, HTTP {response.StatusCode}");
            statuses.AddOrUpdate($"status {status}", 1, (_, count) => count + 1);
            if (status == "0" && call.Method == "Deposit")
                Keep(mutant, body);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new FaultException($"seed {seed}, call {number} to {call.Method}: {e.Message}", e);
        }
    }

    /// <summary>A changed digit can make another valid request: then it is a deposit like any other.</summary>
    private void Keep(byte[] mutant, byte[] body)
    {
        var sent = Proto.DepositRequest.Parser.ParseFrom(mutant.AsSpan(PrefixSize).ToArray());
        promises.Keep(sent.Request.Memory, Proto.DepositResponse.Parser.ParseFrom(body.AsSpan(PrefixSize).ToArray()).Certificate);
    }

    private static byte[] Frame(IMessage message)
    {
        var frame = new byte[PrefixSize + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - PrefixSize);
        message.WriteTo(frame.AsSpan(PrefixSize));
        return frame;
    }

    private static string? Status(HttpResponseMessage response) =>
        response.TrailingHeaders.TryGetValues("grpc-status", out var late) ? late.First()
        : response.Headers.TryGetValues("grpc-status", out var early) ? early.First() : null;
}
