using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The accounts as a running server knows them: an immutable <see cref="Snapshot"/> in memory, so that a call costs one
/// look-up and no deposit ever waits for the database. A timer looks once a second whether another process has changed it:
/// a key that the command line revokes is refused within a second, one that this server revokes at once.
/// </summary>
internal sealed class AccountBook : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly string path;
    private readonly bool mustRule;
    private readonly RandomNumberGenerator random;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, AccountUse> uses = new(StringComparer.Ordinal);
    private readonly ITimer timer;
    private readonly PreparedKeys prepared = new();

    // Guarded by the gate.
    private AccountDatabase? database;
    private long version;
    private bool isUnreadable;

    private volatile Snapshot current = Snapshot.None;

    /// <param name="path">The database; it need not be there.</param>
    /// <param name="mustRule">Whether calls need an account even while there is none: strangers can reach the server, or there have been accounts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Where keys come from.</param>
    /// <param name="logger">For what goes wrong.</param>
    /// <exception cref="StoreException">The database is there and cannot be read.</exception>
    public AccountBook(string path, bool mustRule, TimeProvider time, RandomNumberGenerator random, ILogger logger)
    {
        (this.path, this.mustRule, this.time, this.random, this.logger) = (path, mustRule, time, random, logger);
        if (mustRule)
            Use();
        Look();
        timer = time.CreateTimer(static book => ((AccountBook)book!).TryLook(), this, LookInterval, LookInterval);
    }

    /// <summary>Whether calls need an account: there is one, or there was, or strangers can reach the server.</summary>
    public bool Rules => mustRule || current.HasAccounts;

    public Snapshot Current => current;

    /// <summary>The database, made if it is not there.</summary>
    /// <exception cref="StoreException">It cannot be opened, or its file was taken away.</exception>
    public AccountDatabase Use()
    {
        lock (gate)
        {
            // A file that somebody deleted is still there for whoever has it open: what is written to it would be lost.
            if (database is not null && !File.Exists(path))
                throw new StoreException($"the database of accounts {path} is gone from under the server", isFatal: false);
            return database ??= AccountDatabase.Open(path, time);
        }
    }

    /// <summary>The accounts to change. The book owns the database: this is not to be disposed of.</summary>
    public AccountRegister Register => new(Use(), random);

    /// <summary>Reads the accounts again if anybody has changed them.</summary>
    /// <exception cref="StoreException">They cannot be read; what was known before still counts.</exception>
    public void Look()
    {
        lock (gate)
        {
            if (database is null && !File.Exists(path))
                return;
            var accounts = Use();
            var now = accounts.DataVersion();
            if (now != version)
                current = accounts.Read(rows => Snapshot.Read(rows, UseOf, prepared));
            version = now;
        }
    }

    /// <summary>As <see cref="Look"/>, after a change by this process, which the database does not count as one of another's.</summary>
    public void Renew()
    {
        lock (gate)
            current = Use().Read(rows => Snapshot.Read(rows, UseOf, prepared));
    }

    /// <summary>What has been used of every account's rate and quota.</summary>
    public IEnumerable<AccountUse> Uses => uses.Values;

    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            database?.Dispose();
            database = null;
        }
    }

    private AccountUse UseOf(Account account, long day, long deposits)
    {
        var use = uses.GetOrAdd(account.Id, id => new AccountUse(id, time, day, deposits));
        use.Limit(account.Rate, account.Quota);
        return use;
    }

    private void TryLook()
    {
        try
        {
            Look();
            isUnreadable = false;
        }
        catch (StoreException e)
        {
            // Once a fault, not once a second. What was known before goes on to count: a database that cannot be read must
            // neither lock everybody out nor let anybody in.
            if (!isUnreadable)
                LogMessages.AccountsUnreadable(logger, e);
            isUnreadable = true;
        }
        catch (ObjectDisposedException)
        {
            // The server has ended.
        }
    }

    /// <summary>All accounts at one moment. Nothing in it changes but the use of rates and quotas.</summary>
    internal sealed class Snapshot
    {
        private readonly Dictionary<Hash, Entry> credentials = [];

        public static Snapshot None { get; } = new();

        public bool HasAccounts { get; private init; }

        /// <summary>The holder of a credential, or null where there is none, or it is revoked, expired or of somebody removed.</summary>
        /// <param name="kind">What was shown: a certificate's hash is no API key's.</param>
        /// <param name="lookup">Its hash.</param>
        /// <param name="now">The server's clock.</param>
        public Caller? Find(CredentialKind kind, in Hash lookup, DateTimeOffset now) =>
            credentials.TryGetValue(lookup, out var entry) && entry.Kind == kind && (entry.Expires is not { } end || now < end) ? entry.Caller : null;

        public static Snapshot Read(SqliteDatabase rows, Func<Account, long, long, AccountUse> useOf, PreparedKeys prepared)
        {
            var accounts = AccountRows.Accounts(rows);
            var keys = AccountRows.Keys(rows).ToLookup(key => key.Account, key => key with { Key = prepared.Find(key.Key) }, StringComparer.Ordinal);
            var members = AccountRows.Members(rows).Where(member => member.Removed is null).ToDictionary(member => (member.Account, member.Name));
            var open = accounts.Where(account => account.Closed is null).ToDictionary(
                account => account.Id,
                account =>
                {
                    var (day, deposits) = AccountUse.Read(rows, account.Id);
                    return (Depositor: new Depositor(account, [.. keys[account.Id]], prepared), Use: useOf(account, day, deposits));
                },
                StringComparer.Ordinal);
            var snapshot = new Snapshot { HasAccounts = accounts.Count > 0 };
            foreach (var credential in AccountRows.Credentials(rows).Where(credential => credential.Revoked is null))
            {
                if (!open.TryGetValue(credential.Account, out var account) || !members.TryGetValue((credential.Account, credential.Member), out var member))
                    continue;
                var caller = new Caller(account.Depositor, account.Use, member.Name, member.Role, credential, snapshot);
                snapshot.credentials.Add(credential.Lookup, new Entry(credential.Kind, credential.Expires, caller));
            }

            return snapshot;
        }

        private readonly record struct Entry(CredentialKind Kind, DateTimeOffset? Expires, Caller Caller);
    }
}
