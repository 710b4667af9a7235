using System.Globalization;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary><c>notary account list</c>: a block an account, one line a fact, so that it reads the same in a pipe.</summary>
internal static class AccountView
{
    public static void Show(Terminal terminal, AccountRegister register, DateTimeOffset now)
    {
        var members = register.Members().ToLookup(member => member.Account, StringComparer.Ordinal);
        var credentials = register.Credentials().ToLookup(credential => credential.Account, StringComparer.Ordinal);
        var keys = register.SigningKeys().ToLookup(key => key.Account, StringComparer.Ordinal);
        foreach (var account in register.Accounts())
        {
            terminal.Heading($"{account.Id}  {account.Name}");
            terminal.Fields(
            [
                ("identity", account.Identity ?? "none stated"),
                ("verified", account.Verified is { } verified ? $"{verified.Method} {Timestamp.Format(verified.Time)}" : "by nobody"),
                ("takes", account.RequiresSignature ? "signed requests only" : "signed and unsigned requests"),
                ("limits", Limit(account.Rate, "calls a second") + ", " + Limit(account.Quota, "deposits a day")),
                .. account.Closed is { } closed ? [("closed", Timestamp.Format(closed))] : Array.Empty<(string, string)>(),
                .. members[account.Id].Select(member => ("member", $"{member.Name}, {AccessWords.Of(member.Role)}{(member.Removed is null ? "" : ", removed")}")),
                .. credentials[account.Id].Select(credential => ("credential", Describe(credential, now))),
                .. keys[account.Id].Select(key => ("signing key", Describe(key))),
            ]);
        }
    }

    private static string Describe(Credential credential, DateTimeOffset now)
    {
        var kind = credential.Kind switch
        {
            CredentialKind.ApiKey => "API key",
            CredentialKind.Certificate => "client certificate",
            _ => "subject of an issuer",
        };
        var state = credential.Revoked is { } revoked ? $"revoked {Timestamp.Format(revoked)}"
            : credential.Expires is not { } end ? "until it is revoked"
            : end <= now ? $"expired {Timestamp.Format(end)}" : $"until {Timestamp.Format(end)}";
        var used = credential.LastUsed is { } last ? $"last used {Timestamp.Format(last)}" : "never used";
        return string.Create(CultureInfo.InvariantCulture, $"{credential.Id}, {kind} of {credential.Member}, {AccessWords.Of(credential.Scopes)}, {state}, {used}");
    }

    private static string Describe(DepositorKey key) =>
        $"{key.Key}, from {Timestamp.Format(key.Registered)}{(key.RevokedFrom is { } from ? $", revoked from {Timestamp.Format(from)}" : "")}";

    private static string Limit(long limit, string unit) => limit == 0 ? $"any number of {unit}" : string.Create(CultureInfo.InvariantCulture, $"{limit} {unit}");
}
