using System.Globalization;
using System.Text;

namespace Notary.Core;

/// <summary>
/// <c>notary.statement/v1</c>: the ledger entry of a deposit, public and opaque. Its <c>after</c> chains it to the
/// ledger's past, which proves order, not a date.
/// </summary>
public sealed record Statement
{
    /// <summary>The first line, without its LF.</summary>
    public const string Document = "notary.statement/v1";

    public required string Ledger { get; init; }

    public required DepositId Deposit { get; init; }

    /// <summary>The operator's clock, never earlier than the entry before it.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The clock's error bound in whole milliseconds; null is written <c>unknown</c>.</summary>
    public ulong? AccuracyMilliseconds { get; init; }

    /// <summary>Size of the last checkpoint signed before this entry, at least 1.</summary>
    public required ulong AfterSize { get; init; }

    /// <summary>Root of that checkpoint.</summary>
    public required Hash AfterRoot { get; init; }

    /// <summary>A value that nobody could know earlier: the entry is no older than it.</summary>
    public Beacon? Beacon { get; init; }

    /// <summary>The depositor's blinded commitment.</summary>
    public required Hash Commitment { get; init; }

    /// <summary>SHA-256 of the claims text.</summary>
    public required Hash Claims { get; init; }

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static Statement Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.StatementBytes);
        var (ledger, deposit, received) = (fields.RequiredOrigin(), fields.RequiredDepositId(), fields.RequiredTime("received"));
        var accuracy = ErrorBound.Read(fields, "accuracy");
        var (size, root) = ParseAfter(fields, fields.Required("after"));
        var statement = new Statement
        {
            Ledger = ledger,
            Deposit = deposit,
            Received = received,
            AccuracyMilliseconds = accuracy,
            AfterSize = size,
            AfterRoot = root,
            Beacon = fields.Optional("beacon") is { } beacon ? Beacon.Parse(fields, beacon) : null,
            Commitment = fields.RequiredHash("commitment"),
            Claims = fields.RequiredHash("claims"),
        };
        fields.End();
        return statement;
    }

    public string ToText()
    {
        var text = new StringBuilder(448);
        text.Append(CultureInfo.InvariantCulture, $"{Document}\nledger {Ledger}\ndeposit {Deposit}\n");
        text.Append("received ").Append(Timestamp.Format(Received)).Append("\naccuracy ").Append(ErrorBound.Format(AccuracyMilliseconds));
        text.Append(CultureInfo.InvariantCulture, $"\nafter {AfterSize} {AfterRoot}\n");
        if (Beacon is not null)
            text.Append("beacon ").Append(Beacon.ToText()).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"commitment {Commitment}\nclaims {Claims}\n");
        return text.ToString();
    }

    private static (ulong Size, Hash Root) ParseAfter(FieldReader fields, string value)
    {
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !Decimals.TryParse(value.AsSpan(0, space), out var size) || size == 0
            || !Hash.TryParseHex(value.AsSpan(space + 1), out var root))
            throw fields.Error("after", "is not a tree size of at least 1 and 64 lower-case hex digits");
        return (size, root);
    }
}
