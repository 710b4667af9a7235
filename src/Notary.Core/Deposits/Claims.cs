using System.Globalization;
using System.Text;

namespace Notary.Core;

/// <summary>How and when the operator checked an identity.</summary>
/// <param name="Method">Text without spaces at its ends; its last space divides it from the time.</param>
/// <param name="Time">When.</param>
public sealed record IdentityVerification(string Method, DateTimeOffset Time);

/// <summary>
/// <c>notary.claims/v1</c>: who the ledger says asked. Private: only its salted hash stands in the public statement, so
/// that a person can be erased without touching the ledger.
/// </summary>
public sealed record Claims
{
    private const string Document = "notary.claims/v1";

    /// <summary>32 random bytes of the server's.</summary>
    public required Hash Salt { get; init; }

    /// <summary>Equal to the request's.</summary>
    public required string Account { get; init; }

    /// <summary>Display name, at most 256 characters.</summary>
    public required string Depositor { get; init; }

    /// <summary><c>scheme:identifier</c>, such as <c>uscc:91330100799655058B</c>.</summary>
    public string? Identity { get; init; }

    public IdentityVerification? Verified { get; init; }

    /// <summary>The key on file that verified the request.</summary>
    public VerifierKey? Key { get; init; }

    /// <summary>SHA-256 of the request bytes.</summary>
    public required Hash Request { get; init; }

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static Claims Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.ClaimsBytes);
        var claims = new Claims
        {
            Salt = fields.RequiredHash("salt"),
            Account = fields.RequiredAccount(),
            Depositor = fields.Required("depositor"),
            Identity = fields.Optional("identity"),
            Verified = fields.Optional("verified") is { } verified ? ParseVerified(fields, verified) : null,
            Key = fields.Optional("key") is { } key ? fields.ToKey("key", key) : null,
            Request = fields.RequiredHash("request"),
        };
        fields.End();
        claims.Check();
        return claims;
    }

    public string ToText()
    {
        var text = new StringBuilder(384);
        text.Append(CultureInfo.InvariantCulture, $"{Document}\nsalt {Salt}\naccount {Account}\ndepositor {Depositor}\n");
        if (Identity is not null)
            text.Append("identity ").Append(Identity).Append('\n');
        if (Verified is not null)
            text.Append(CultureInfo.InvariantCulture, $"verified {Verified.Method} {Timestamp.Format(Verified.Time)}\n");
        if (Key is not null)
            text.Append("key ").Append(Key).Append('\n');
        text.Append("request ").Append(Request.ToString()).Append('\n');
        return text.ToString();
    }

    private void Check()
    {
        if (TextRules.TitleProblem(Depositor, Limits.DepositorCharacters) is { } problem)
            throw new MalformedException(Document, "depositor", problem);
        var colon = Identity?.IndexOf(':', StringComparison.Ordinal) ?? 1;
        if (colon <= 0 || colon + 1 == Identity?.Length)
            throw new MalformedException(Document, "identity", "is not 'scheme:identifier'");
    }

    private static IdentityVerification ParseVerified(FieldReader fields, string value)
    {
        var space = value.LastIndexOf(' ');
        if (space <= 0 || value[space - 1] == ' ')
            throw fields.Error("verified", "is not 'method time'");
        return new IdentityVerification(value[..space], fields.ToTime("verified", value.AsSpan(space + 1)));
    }
}
