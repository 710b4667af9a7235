using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>Who may come in and how: accounts, the gate, TLS. One a server, shared by both hosts.</summary>
internal sealed class ServerAccess : IAsyncDisposable
{
    private ServerAccess(AccountBook book, AuditTrail audit, AccessGate gate, TlsCertificates? tls, ulong recordsOnLedger) =>
        (Book, Audit, Gate, Tls, RecordsOnLedger) = (book, audit, gate, tls, recordsOnLedger);

    public AccountBook Book { get; }

    public AuditTrail Audit { get; }

    public AccessGate Gate { get; }

    /// <summary>Null: plain HTTP, on loopback.</summary>
    public TlsCertificates? Tls { get; }

    /// <summary>Records of the audit log that the ledger's newest head covered when this was opened; 0: there was none.</summary>
    public ulong RecordsOnLedger { get; }

    /// <exception cref="LedgerRefusedException">The accounts cannot be read, or are missing or older than what the ledger knows.</exception>
    /// <exception cref="ServerRefusedException">The TLS certificate cannot be used.</exception>
    public static ServerAccess Open(ServerOptions options, Ledger ledger, ILogger logger)
    {
        var tls = options.Tls is { } files ? new TlsCertificates(files, options.TimeProvider, logger) : null;
        try
        {
            var known = KnownAccounts.Check(ledger, options.TimeProvider);
            var reachable = !IPAddress.IsLoopback(options.Listen.Address) || !IPAddress.IsLoopback(options.Web.Address);
            var book = new AccountBook(ledger.Folder.Accounts, reachable || known > 0, options.TimeProvider, options.Randomness ?? RandomNumberGenerator.Create(), logger);
            var audit = new AuditTrail(book, options.TimeProvider, logger);
            var addresses = new AddressThrottle(options.AddressLimits, options.TimeProvider);
            return new ServerAccess(book, audit, new AccessGate(book, addresses, new SignIns(book, addresses, audit, options.OpenId is not null, options.TimeProvider), options.TimeProvider), tls, known);
        }
        catch (Exception e)
        {
            tls?.Dispose();
            if (e is StoreException)
                throw new LedgerRefusedException(
                    $"the accounts of this ledger cannot be read: {e.Message}",
                    "put accounts.db back from a copy; without it every key would be unknown, so the server does not start");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Audit.DisposeAsync();
        Book.Dispose();
        Tls?.Dispose();
    }
}
