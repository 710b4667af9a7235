using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Proto = Notary.V1;

namespace Notary.Bench;

/// <summary>What a server and its callers are set up with.</summary>
[Flags]
internal enum AccessKind
{
    Plain = 0,

    /// <summary>Callers show an API key.</summary>
    Key = 1,

    /// <summary>Requests are signed, and the account takes no others.</summary>
    Signed = 2,

    Tls = 4,
}

/// <summary>One server of a kind with its callers.</summary>
internal sealed class AccessLoad : IAsyncDisposable
{
    private const string Account = "bench";
    private const int Connections = 2;

    private readonly ServerProcess server;
    private readonly GrpcChannel[] channels;
    private readonly DepositWorkload deposits = new();
    private readonly SigningKey? signing;
    private RequestFactory factory = null!;

    private AccessLoad(string name, ServerProcess server, GrpcChannel[] channels, SigningKey? signing) =>
        (Name, this.server, this.channels, this.signing) = (name, server, channels, signing);

    public string Name { get; }

    public static async Task<AccessLoad> StartAsync(TemporaryFolder folder, string name, AccessKind kind, int seed, CancellationToken cancellation)
    {
        var data = folder[$"access-{(int)kind}"];
        string[] tls = kind.HasFlag(AccessKind.Tls) ? MakeCertificate(data) : [];
        var server = await ServerProcess.StartAsync(data, cancellation, tls);
        var signing = kind.HasFlag(AccessKind.Signed) ? SigningKey.Create(Account, RandomNumberGenerator.GetBytes(SigningKey.SeedSize)) : null;
        var plain = Open(server.Address, null);
        var ledger = await new Proto.Notary.NotaryClient(plain).GetLedgerInfoAsync(new(), cancellationToken: cancellation);
        var key = kind.HasFlag(AccessKind.Key) ? MakeAccount(data, ledger.Origin, signing) : null;
        var channels = Enumerable.Range(0, Connections).Select(_ => Open(server.Address, key)).ToArray();
        plain.Dispose();
        var load = new AccessLoad(name, server, channels, signing)
        {
            factory = new RequestFactory(ledger.Origin, TimeProvider.System, seed ^ (int)kind, key is null ? "local" : Account),
        };
        // The server looks for accounts once a second.
        while (key is not null && !await load.IsKnownAsync(cancellation))
            await Task.Delay(100, cancellation);
        return load;
    }

    public Task<RoundResult> MeasureAsync(int count, Shape shape, CancellationToken cancellation)
    {
        var requests = factory.Next(count);
        if (signing is not null)
            Parallel.For(0, count, i => requests[i] = requests[i] with { Bytes = Encoding.UTF8.GetBytes(SignedNote.Sign(Encoding.UTF8.GetString(requests[i].Bytes), signing).ToString()) });
        deposits.Prepare(requests);
        return Round.RunAsync(deposits, channels, count, shape, server, cancellation);
    }

    /// <exception cref="BenchException">A certificate does not verify, or a deposit is missing.</exception>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        var ledger = await new Proto.Notary.NotaryClient(channels[0]).GetLedgerInfoAsync(new(), cancellationToken: cancellation);
        // Entry 0 and the audit log's heads are there besides.
        if (Checkpoint.Parse(SignedNote.Parse(ledger.Checkpoint.ToStringUtf8()).Text).Size < (ulong)deposits.Acknowledged + 1)
            throw new BenchException("the ledger holds fewer deposits than were acknowledged");
        var check = new CertificateCheck(ledger);
        foreach (var certificate in deposits.Sample)
        {
            check.Verify(certificate);
            if (signing is not null && Claims.Parse(certificate.Claims.ToStringUtf8()).Key != signing.Verifier)
                throw new BenchException("the claims do not name the key that signed");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(channels, channel => channel.Dispose());
        await server.DisposeAsync();
    }

    private async Task<bool> IsKnownAsync(CancellationToken cancellation)
    {
        try
        {
            await new Proto.Accounts.AccountsClient(channels[0]).GetAccountAsync(new(), cancellationToken: cancellation);
            return true;
        }
        catch (Grpc.Core.RpcException)
        {
            return false;
        }
    }

    private static string MakeAccount(string data, string origin, SigningKey? signing)
    {
        using var random = RandomNumberGenerator.Create();
        using var register = AccountRegister.Open(data, create: true, TimeProvider.System, random);
        register.CreateAccount("bench", Account, "Bench Ltd", "91330100799655058B");
        register.SetMember("bench", Account, "caller", Role.Depositor);
        if (signing is not null)
        {
            register.RegisterKey("bench", Account, origin, Encoding.UTF8.GetBytes(KeyRegistration.Create(origin, signing, TimeProvider.System.GetUtcNow())), replace: false);
            register.ChangeSettings("bench", Account, requiresSignature: true, null, null);
        }

        return register.CreateApiKey("bench", Account, "caller", Scopes.All, null).Key;
    }

    private static GrpcChannel Open(Uri address, string? key)
    {
        HttpMessageHandler handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
        };
        if (key is not null)
            handler = new ShowingKey($"Bearer {key}", handler);
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private static string[] MakeCertificate(string data)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(data + ".pem", certificate.ExportCertificatePem());
        File.WriteAllText(data + ".key", key.ExportPkcs8PrivateKeyPem());
        return ["--tls-certificate", data + ".pem", "--tls-key", data + ".key"];
    }

    private sealed class ShowingKey(string authorization, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("authorization", authorization);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
