using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>Who may come in and how: accounts, the gate, TLS. One a server, shared by both hosts.</summary>
internal sealed class ServerAccess : IAsyncDisposable
{
    private ServerAccess(AccountBook book, AuditTrail audit, AccessGate gate, TlsCertificates? tls) => (Book, Audit, Gate, Tls) = (book, audit, gate, tls);

    public AccountBook Book { get; }

    public AuditTrail Audit { get; }

    public AccessGate Gate { get; }

    /// <summary>Null: plain HTTP, on loopback.</summary>
    public TlsCertificates? Tls { get; }

    /// <exception cref="LedgerRefusedException">The accounts are there and cannot be read.</exception>
    /// <exception cref="ServerRefusedException">The TLS certificate cannot be used.</exception>
    public static ServerAccess Open(ServerOptions options, DataFolder folder, ILogger logger)
    {
        var tls = options.Tls is { } files ? new TlsCertificates(files, options.TimeProvider, logger) : null;
        try
        {
            var reachable = !IPAddress.IsLoopback(options.Listen.Address) || !IPAddress.IsLoopback(options.Web.Address);
            var book = new AccountBook(folder.Accounts, reachable, options.TimeProvider, options.Randomness ?? RandomNumberGenerator.Create(), logger);
            var audit = new AuditTrail(book, options.TimeProvider, logger);
            var addresses = new AddressThrottle(options.AddressLimits, options.TimeProvider);
            return new ServerAccess(book, audit, new AccessGate(book, addresses, new SignIns(book, addresses, audit, options.OpenId is not null, options.TimeProvider), options.TimeProvider), tls);
        }
        catch (StoreException e)
        {
            tls?.Dispose();
            throw new LedgerRefusedException(
                $"the accounts of this ledger cannot be read: {e.Message}",
                "put accounts.db back from a copy; without it every key would be unknown, so the server does not start");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Audit.DisposeAsync();
        Book.Dispose();
        Tls?.Dispose();
    }
}
