using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Cli;

/// <summary>What a ledger says of itself. Its key is only as good as the way it was learned.</summary>
internal sealed record LedgerInfo(VerifierKey Key, Checkpoint Checkpoint);

/// <summary>The gRPC interface of one server, as the verbs use it.</summary>
internal sealed class LedgerClient : IDisposable
{
    private readonly GrpcChannel channel;
    private readonly TimeProvider time;

    private LedgerClient(string address, GrpcChannel channel, TimeProvider time, ClientIdentity identity)
    {
        (Address, this.channel, this.time, Identity) = (address, channel, time, identity);
        Api = new Proto.Notary.NotaryClient(channel);
        Accounts = new Proto.Accounts.AccountsClient(channel);
    }

    public string Address { get; }

    public Proto.Notary.NotaryClient Api { get; }

    public Proto.Accounts.AccountsClient Accounts { get; }

    /// <summary>What is shown to the server.</summary>
    public ClientIdentity Identity { get; }

    /// <exception cref="CliException">The address is not <c>http://host:port</c> or <c>https://host:port</c>.</exception>
    public static LedgerClient Connect(string address, TimeProvider time, ClientIdentity identity)
    {
        var uri = CheckAddress(address);
        var options = new GrpcChannelOptions { HttpHandler = identity.Connect(uri), DisposeHttpClient = true };
        return new LedgerClient(address, GrpcChannel.ForAddress(uri, options), time, identity);
    }

    /// <exception cref="CliException">As <see cref="Connect"/>.</exception>
    public static Uri CheckAddress(string address)
    {
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && uri is { Host.Length: > 0, PathAndQuery: "/", Fragment: "", UserInfo: "" }
            && !address.AsSpan().ContainsAnyInRange('\0', ' '))
            return uri;
        var meant = IPEndPoint.TryParse(address, out _) ? address : "127.0.0.1:7070";
        throw CliException.Input($"--server {address}: is not of the form http://host:port", $"for example --server http://{meant}");
    }

    /// <summary>Asks for origin, key and latest checkpoint, and checks that the one signed the other.</summary>
    /// <exception cref="CliException">Nobody answers, or what is answered contradicts itself.</exception>
    public async Task<LedgerInfo> GetInfoAsync(CancellationToken cancellation)
    {
        try
        {
            var answer = await Api.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), Within(Patience.Silence, cancellation));
            var key = VerifierKey.Parse(answer.Vkey);
            var note = SignedNote.Parse(StrictText.Decode("checkpoint", answer.Checkpoint.Span));
            var checkpoint = Checkpoint.Parse(note.Text);
            return key.Name == answer.Origin && checkpoint.Origin == answer.Origin && note.Check(key) == NoteCheck.Valid
                ? new LedgerInfo(key, checkpoint)
                : throw new CliException(ExitCode.Failed, $"{Address} shows a checkpoint that its own key has not signed");
        }
        catch (RpcException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ServerError.From(exception).ToException(Address, $"start it with: notary serve --data DIR, or name another with --server URL");
        }
        catch (MalformedException exception)
        {
            throw new CliException(ExitCode.Server, $"{Address} sent what this program cannot read: {exception.Message}");
        }
    }

    /// <summary>The caller's account.</summary>
    /// <exception cref="RpcException">The server refused or cannot be reached.</exception>
    public async Task<Proto.GetAccountResponse> GetAccountAsync(CancellationToken cancellation) =>
        await Accounts.GetAccountAsync(new Proto.GetAccountRequest(), Within(Patience.Silence, cancellation));

    /// <summary>The caller's account, or null where the ledger has no accounts.</summary>
    /// <exception cref="CliException">Nobody answers, or what was shown lets nobody in.</exception>
    public async Task<Proto.GetAccountResponse?> FindAccountAsync(CancellationToken cancellation)
    {
        try
        {
            return await GetAccountAsync(cancellation);
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.FailedPrecondition or StatusCode.Unimplemented)
        {
            return null;
        }
        catch (RpcException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ServerError.From(exception).ToException(Address);
        }
    }

    /// <summary>A <see cref="KeyChangeSource"/>.</summary>
    public async Task<KeyChangeProof?> GetKeyChangeAsync(VerifierKey old, CancellationToken cancellation)
    {
        try
        {
            var answer = await Api.GetKeyChangeAsync(new Proto.GetKeyChangeRequest { Vkey = old.ToString() }, Within(Patience.Silence, cancellation));
            var entry = StrictText.Decode(KeyChange.Document, answer.Entry.Span);
            return new KeyChangeProof(KeyChange.Parse(entry), TlogProof.Parse(StrictText.Decode("tlog-proof", answer.Proof.Span)));
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.NotFound or StatusCode.Unimplemented)
        {
            return null;
        }
        catch (RpcException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ServerError.From(exception).ToException(Address);
        }
        catch (MalformedException exception)
        {
            throw new CliException(ExitCode.Server, $"{Address} sent what this program cannot read: {exception.Message}");
        }
    }

    /// <summary>What has become in Bitcoin of a deposit's entry; null where the server does not know the question.</summary>
    /// <exception cref="CliException">Nobody answers, or the ledger has no such deposit.</exception>
    public async Task<Proto.GetOpenTimestampResponse?> GetOpenTimestampAsync(DepositId deposit, CancellationToken cancellation)
    {
        try
        {
            return await Api.GetOpenTimestampAsync(new Proto.GetOpenTimestampRequest { Deposit = deposit.ToString() }, Within(Patience.Silence, cancellation));
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
        catch (RpcException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ServerError.From(exception).ToException(Address);
        }
    }

    /// <summary>The certificate of a deposit as it is now.</summary>
    /// <exception cref="CliException">Nobody answers, or the ledger has no such deposit.</exception>
    public async Task<Proto.Certificate> GetCertificateAsync(DepositId deposit, CancellationToken cancellation)
    {
        try
        {
            var request = new Proto.GetCertificateRequest { Deposit = deposit.ToString() };
            return (await Api.GetCertificateAsync(request, Within(Patience.Silence, cancellation))).Certificate ?? new Proto.Certificate();
        }
        catch (RpcException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ServerError.From(exception).ToException(Address);
        }
    }

    /// <summary>The certificate of a deposit as a PDF; null where the server does not know the question.</summary>
    /// <exception cref="CliException">Nobody answers, the ledger has no such deposit, or nothing can be sealed for now.</exception>
    public async Task<Proto.GetCertificatePdfResponse?> GetCertificatePdfAsync(DepositId deposit, CancellationToken cancellation)
    {
        try
        {
            return await Api.GetCertificatePdfAsync(new Proto.GetCertificatePdfRequest { Deposit = deposit.ToString() }, Within(Patience.Silence, cancellation));
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
        catch (RpcException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ServerError.From(exception).ToException(Address);
        }
    }

    /// <summary>Deposits one request.</summary>
    /// <exception cref="RpcException">The server refused or cannot be reached.</exception>
    public async Task<Proto.Certificate> DepositAsync(RequestBytes request, TimeSpan deadline, CancellationToken cancellation)
    {
        var message = new Proto.DepositRequest { Request = UnsafeByteOperations.UnsafeWrap(request.Bytes) };
        var answer = await Api.DepositAsync(message, Within(deadline, cancellation));
        return answer.Certificate ?? throw new RpcException(new Status(StatusCode.Internal, "the answer holds no certificate"));
    }

    public void Dispose() => channel.Dispose();

    private CallOptions Within(TimeSpan deadline, CancellationToken cancellation) =>
        new(deadline: time.GetUtcNow().UtcDateTime + deadline, cancellationToken: cancellation);
}
