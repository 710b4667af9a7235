using System.Net;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Support;

/// <summary>A server on free ports with a ledger of its own, for the tests of one class; and a client of it.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private NotaryServer server = null!;
    private GrpcChannel channel = null!;
    private HttpClient web = null!;
    private int deposits;

    public Uri GrpcAddress => server.GrpcAddress;

    public string Origin => server.Origin;

    public GrpcChannel Channel => channel;

    public HttpClient Web => web;

    public Proto.Notary.NotaryClient Client { get; private set; } = null!;

    /// <summary>What a server on this folder and free ports is started with.</summary>
    public static ServerOptions Options(string dataDirectory) => new()
    {
        DataDirectory = dataDirectory,
        Origin = "ledger.example.org/test",
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Web = new IPEndPoint(IPAddress.Loopback, 0),
    };

    public async ValueTask InitializeAsync()
    {
        server = await NotaryServer.StartAsync(Options(Path.Combine(folder.Path, "data")), CancellationToken.None);
        channel = GrpcChannel.ForAddress(server.GrpcAddress);
        web = new HttpClient { BaseAddress = server.WebAddress };
        Client = new Proto.Notary.NotaryClient(channel);
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        web.Dispose();
        await server.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>A request that this ledger takes, of a deposit that no other call made.</summary>
    public DepositRequest NewRequest() => NewRequest(Origin, Interlocked.Increment(ref deposits));

    /// <param name="origin">The ledger that is asked.</param>
    /// <param name="number">Makes the uuid; another number, another uuid.</param>
    public static DepositRequest NewRequest(string origin, int number)
    {
        Span<byte> random = stackalloc byte[DepositId.RandomBytes];
        BitConverter.TryWriteBytes(random[4..], number);
        return new DepositRequest
        {
            Ledger = origin,
            Deposit = DepositId.Create(DateTimeOffset.UnixEpoch.AddYears(56), random),
            Account = "local",
            Commitment = Hash.Of(random),
            Items = 1,
            Nonce = Hash.Of([.. random, 0]),
            Kind = "trade-secret",
            Requested = DateTimeOffset.UnixEpoch.AddYears(56),
        };
    }
}
