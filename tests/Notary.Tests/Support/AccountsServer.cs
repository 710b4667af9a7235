using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Support;

/// <summary>
/// A server with accounts: <c>alpha</c> has a member of every role, named like it, and so has <c>beta</c>. The server is in
/// this process and on loopback; the accounts are changed through a connection of their own, as the command line does.
/// </summary>
public sealed class AccountsServer : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<(string Account, Role Role), string> keys = [];
    private readonly RandomNumberGenerator random = RandomNumberGenerator.Create();
    private int deposits;
    private int accounts;

    internal NotaryServer Server { get; private set; } = null!;

    public AccountRegister Register { get; private set; } = null!;

    public GrpcChannel Channel { get; private set; } = null!;

    public HttpClient Web { get; private set; } = null!;

    public Proto.Notary.NotaryClient Notary { get; private set; } = null!;

    public Proto.Accounts.AccountsClient Accounts { get; private set; } = null!;

    public string Data => Path.Combine(folder.Path, "data");

    public async ValueTask InitializeAsync() => await StartAsync(RunningServer.Options(Data));

    internal async Task StartAsync(ServerOptions options)
    {
        Server = await NotaryServer.StartAsync(options, CancellationToken.None);
        Register = AccountRegister.Open(Data, create: true, options.TimeProvider, random);
        foreach (var account in (string[])["alpha", "beta"])
        {
            Register.CreateAccount("test", account, $"{account} Ltd", null);
            foreach (var role in Enum.GetValues<Role>())
            {
                Register.SetMember("test", account, AccessWords.Of(role), role);
                keys[(account, role)] = Register.CreateApiKey("test", account, AccessWords.Of(role), Scopes.All, null).Key;
            }
        }

        Server.Book.Look();
        Channel = GrpcChannel.ForAddress(Server.GrpcAddress);
        Web = new HttpClient { BaseAddress = Server.WebAddress };
        (Notary, Accounts) = (new Proto.Notary.NotaryClient(Channel), new Proto.Accounts.AccountsClient(Channel));
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Web.Dispose();
        Register.Dispose();
        await Server.DisposeAsync();
        folder.Dispose();
        random.Dispose();
    }

    public string KeyOf(string account, Role role) => keys[(account, role)];

    /// <summary>The metadata of a call by that member.</summary>
    public Metadata As(string account, Role role) => WithKey(KeyOf(account, role));

    public static Metadata WithKey(string key) => new() { { "authorization", $"Bearer {key}" } };

    /// <summary>A change of another process, known to the server.</summary>
    internal void Change(Action<AccountRegister> change)
    {
        change(Register);
        Server.Book.Look();
    }

    /// <summary>An account of its own for a test, with a depositor's key.</summary>
    internal (string Account, string Key) NewAccount()
    {
        var (account, key) = ($"firm-{Interlocked.Increment(ref accounts)}", "");
        Change(register =>
        {
            register.CreateAccount("test", account, account, null);
            register.SetMember("test", account, "m", Role.Depositor);
            key = register.CreateApiKey("test", account, "m", Scopes.All, null).Key;
        });
        return (account, key);
    }

    /// <summary>A request of that account that no other call made.</summary>
    public DepositRequest NewRequest(string account) =>
        RunningServer.NewRequest(Server.Origin, Interlocked.Increment(ref deposits)) with { Account = account };

    internal async Task<Proto.Certificate> DepositAsync(RequestBytes request, Metadata metadata) => (await Notary.DepositAsync(
        new Proto.DepositRequest { Request = Google.Protobuf.ByteString.CopyFrom(request.Bytes.Span) }, metadata,
        cancellationToken: TestContext.Current.CancellationToken)).Certificate;

    internal Task<Proto.Certificate> DepositAsync(string account) => DepositAsync(RequestBytes.Create(NewRequest(account), null), As(account, Role.Depositor));
}
