using System.Globalization;
using System.Text;

namespace Notary.Core;

/// <summary>
/// <c>notary.request/v1</c>: what the depositor asks. Private: its hash alone reaches the ledger, through the claims.
/// </summary>
public sealed record DepositRequest
{
    private const string Document = "notary.request/v1";

    /// <summary>Origin of the ledger that is asked.</summary>
    public required string Ledger { get; init; }

    /// <summary>The deposit's uuid, chosen by the depositor: the idempotency key.</summary>
    public required DepositId Deposit { get; init; }

    public required string Account { get; init; }

    /// <summary>Root of the folder tree (formats §1).</summary>
    public required Hash Commitment { get; init; }

    /// <summary>Leaves of the folder tree, at least 1: a thousand variants cannot hide behind the one that came true.</summary>
    public required ulong Items { get; init; }

    /// <summary>32 random bytes of the client's: without them a title could be guessed from the request's hash.</summary>
    public required Hash Nonce { get; init; }

    /// <summary><c>trade-secret</c> or another token.</summary>
    public required string Kind { get; init; }

    /// <summary>At most 256 characters, no direction marks.</summary>
    public string? Title { get; init; }

    /// <summary>The deposit of the same account that this one follows.</summary>
    public DepositId? Previous { get; init; }

    /// <summary>The client's own clock: claimed, not verified.</summary>
    public required DateTimeOffset Requested { get; init; }

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static DepositRequest Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.RequestBytes);
        var request = new DepositRequest
        {
            Ledger = fields.RequiredOrigin(),
            Deposit = fields.RequiredDepositId(),
            Account = fields.RequiredAccount(),
            Commitment = fields.RequiredHash("commitment"),
            Items = fields.RequiredNumber("items"),
            Nonce = fields.RequiredHash("nonce"),
            Kind = fields.Required("kind"),
            Title = fields.Optional("title"),
            Previous = fields.OptionalDepositId("previous"),
            Requested = fields.RequiredTime("requested"),
        };
        fields.End();
        request.Check();
        return request;
    }

    /// <summary>The text as it is hashed, signed and sent.</summary>
    public string ToText()
    {
        var text = new StringBuilder(512);
        text.Append(CultureInfo.InvariantCulture, $"{Document}\nledger {Ledger}\ndeposit {Deposit}\naccount {Account}\n");
        text.Append(CultureInfo.InvariantCulture, $"commitment {Commitment}\nitems {Items}\nnonce {Nonce}\nkind {Kind}\n");
        if (Title is not null)
            text.Append("title ").Append(Title).Append('\n');
        if (Previous is { } previous)
            text.Append(CultureInfo.InvariantCulture, $"previous {previous}\n");
        text.Append("requested ").Append(Timestamp.Format(Requested)).Append('\n');
        return text.ToString();
    }

    /// <summary>Checks the fields that a caller chooses freely, for a request that was not parsed.</summary>
    /// <exception cref="MalformedException">As <see cref="Parse"/>.</exception>
    public void Check()
    {
        if (Items == 0)
            throw new MalformedException(Document, "items", "is 0: an empty deposit does not exist");
        if (!TextRules.IsKind(Kind))
            throw new MalformedException(Document, "kind", $"is not 1 to {Limits.KindCharacters} characters of [a-z0-9-]");
        if (Title is not null && TextRules.TitleProblem(Title, Limits.TitleCharacters) is { } problem)
            throw new MalformedException(Document, "title", problem);
        if (Previous == Deposit)
            throw new MalformedException(Document, "previous", "is the deposit itself");
    }
}
