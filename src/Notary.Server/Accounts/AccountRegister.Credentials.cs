using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>What members show to be let in: API keys, client certificates, subjects of an issuer.</summary>
public sealed partial class AccountRegister
{
    /// <summary>Every credential, by number, those revoked too.</summary>
    public IReadOnlyList<Credential> Credentials() => database.Read(AccountRows.Credentials);

    /// <summary>Makes an API key.</summary>
    /// <param name="actor">Who makes it.</param>
    /// <param name="account">The account.</param>
    /// <param name="member">Its member.</param>
    /// <param name="scopes">What it may be used for, within the member's role.</param>
    /// <param name="lifetime">How long it is taken; null: until it is revoked.</param>
    /// <returns>The key, which nobody can be shown again, and its number.</returns>
    /// <exception cref="AccountRefusedException">There is no such member.</exception>
    public (string Key, long Id) CreateApiKey(string actor, string account, string member, Scopes scopes, TimeSpan? lifetime)
    {
        var key = ApiKey.Create(random);
        return (key, Add(actor, account, member, CredentialKind.ApiKey, ApiKey.HashOf(key), scopes, lifetime));
    }

    /// <summary>
    /// Lets a member in by a client certificate, no longer than it is valid itself: a connection may outlast it. Its issuer
    /// must be among those that the server is started with.
    /// </summary>
    /// <returns>The credential's number.</returns>
    /// <exception cref="AccountRefusedException">There is no such member, or the certificate is another member's.</exception>
    public long AddCertificate(string actor, string account, string member, X509Certificate2 certificate, Scopes scopes, TimeSpan? lifetime) =>
        Add(actor, account, member, CredentialKind.Certificate, LookupOf(certificate), scopes, lifetime, Timestamp.RoundDown(new DateTimeOffset(certificate.NotAfter)));

    /// <summary>Lets a member in by the tokens of an OpenID Connect issuer.</summary>
    /// <returns>The credential's number.</returns>
    /// <exception cref="AccountRefusedException">There is no such member, or the subject is another member's.</exception>
    public long AddSubject(string actor, string account, string member, string issuer, string subject, Scopes scopes, TimeSpan? lifetime)
    {
        if (TextRules.TextProblem(issuer) is { } wrong)
            throw new AccountRefusedException($"the issuer {wrong}", "give it as its tokens have it: https://login.example.org");
        if (TextRules.TextProblem(subject) is { } problem)
            throw new AccountRefusedException($"the subject {problem}", "give it as the issuer's tokens have it");
        return Add(actor, account, member, CredentialKind.Subject, LookupOf(issuer, subject), scopes, lifetime);
    }

    /// <summary>Takes a credential from now on no more; a second time changes nothing.</summary>
    /// <exception cref="AccountRefusedException">There is no such credential.</exception>
    public void Revoke(string actor, long id) => database.Change((rows, pen) =>
    {
        var found = AccountRows.Credentials(rows).FirstOrDefault(credential => credential.Id == id)
            ?? throw new AccountRefusedException($"there is no credential {id}", "'notary account list' shows them") { IsMissing = true };
        if (found.Revoked is not null)
            return false;
        using var update = rows.Prepare("UPDATE credential SET revoked = ?2 WHERE id = ?1");
        update.Bind(1, id).Bind(2, AccountRows.Milliseconds(pen.Now)).Run();
        pen.Write("credential-revoked", actor, found.Account, string.Create(CultureInfo.InvariantCulture, $"credential {id}"));
        return true;
    });

    internal static Hash LookupOf(X509Certificate2 certificate) => Hash.Of(certificate.RawDataMemory.Span);

    internal static Hash LookupOf(string issuer, string subject) => Hash.Of(Encoding.UTF8.GetBytes($"{issuer}\n{subject}"));

    private long Add(
        string actor, string account, string member, CredentialKind kind, Hash lookup, Scopes scopes, TimeSpan? lifetime, DateTimeOffset? latest = null) => database.Change((rows, pen) =>
    {
        RequireMember(rows, account, member);
        var end = pen.Now + lifetime is { } own && !(own > latest) ? own : latest;
        if (AccountRows.Credentials(rows).Any(credential => credential.Lookup == lookup))
            throw new AccountRefusedException("this certificate or subject lets somebody in already, or did", "one belongs to one member, for good") { IsTaken = true };
        using (var insert = rows.Prepare("INSERT INTO credential (kind, lookup, account, member, scopes, created, expires, revoked, used) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0)"))
        {
            insert.Bind(1, (int)kind).Bind(2, lookup.ToArray()).Bind(3, account).Bind(4, member).Bind(5, AccessWords.Of(scopes))
                .Bind(6, AccountRows.Milliseconds(pen.Now)).Bind(7, end is { } known ? AccountRows.Milliseconds(known) : 0).Run();
        }

        var id = rows.QueryNumber("SELECT last_insert_rowid()");
        var until = end is { } some ? $", until {Timestamp.Format(some)}" : "";
        pen.Write("credential-created", actor, account, string.Create(
            CultureInfo.InvariantCulture, $"credential {id}, {Word(kind)}, member {member}, scopes {AccessWords.Of(scopes)}{until}"));
        return id;
    });

    private static string Word(CredentialKind kind) => kind switch
    {
        CredentialKind.ApiKey => "api key",
        CredentialKind.Certificate => "client certificate",
        _ => "subject of an issuer",
    };
}
