using System.Text;

namespace Notary.Core;

/// <summary>
/// Reads the <c>notary.*</c> texts: a first line that names the format, then fields <c>name value</c> in a fixed order,
/// each ended by one LF. What is out of order, unknown or repeated is an error, so that parse then print is the identity.
/// </summary>
internal sealed class FieldReader
{
    private readonly string text;
    private int position;

    private FieldReader(string text, string document)
    {
        this.text = text;
        Document = document;
    }

    public string Document { get; }

    /// <param name="text">The whole text.</param>
    /// <param name="document">Its first line, <c>notary.request/v1</c>.</param>
    /// <param name="limit">Bytes at most.</param>
    public static FieldReader Begin(string text, string document, int limit)
    {
        var reader = new FieldReader(text, document);
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > limit)
            throw new MalformedException(document, null, $"has {bytes} bytes (limit {limit})");
        if (!text.StartsWith(document, StringComparison.Ordinal) || text.Length == document.Length || text[document.Length] != '\n')
            throw new MalformedException(document, null, $"does not begin with the line '{document}'");
        reader.position = document.Length + 1;
        return reader;
    }

    /// <summary>The value of the field if it is the next one, else null.</summary>
    public string? Optional(string name) => TryNext(name, out var value) ? Text(name, value) : null;

    public string Required(string name) => Text(name, Next(name));

    /// <summary>Whether the text is used up; true consumes nothing.</summary>
    public bool AtEnd => position == text.Length;

    /// <summary>Consumes one empty line if it is next.</summary>
    public bool SkipEmptyLine()
    {
        if (AtEnd || text[position] != '\n')
            return false;
        position++;
        return true;
    }

    /// <summary>What has not been read yet.</summary>
    public string Rest() => text[position..];

    public void End()
    {
        if (!AtEnd)
            throw Error(null, $"has an unknown, repeated or misplaced line: '{NextLine()}'");
    }

    public MalformedException Error(string? field, string problem) => new(Document, field, problem);

    public Hash RequiredHash(string name) => ToHash(name, Next(name));

    public Hash? OptionalHash(string name) => TryNext(name, out var value) ? ToHash(name, value) : null;

    public ulong RequiredNumber(string name) => Decimals.TryParse(Next(name), out var number)
        ? number
        : throw Error(name, "is not a decimal number below 2^64 without leading zeros");

    public DateTimeOffset RequiredTime(string name) => ToTime(name, Next(name));

    public DateTimeOffset ToTime(string name, ReadOnlySpan<char> value) => Timestamp.TryParse(value, out var time)
        ? time
        : throw Error(name, "is not a time yyyy-MM-ddTHH:mm:ss.fffZ in UTC");

    public string RequiredOrigin(string name = "ledger")
    {
        var value = Required(name);
        return TextRules.IsOrigin(value) ? value : throw Error(name, $"is not 1 to {Limits.OriginBytes} characters of [a-z0-9./:-]");
    }

    public DepositId RequiredDepositId(string name = "deposit") => ToDepositId(name, Next(name));

    public DepositId? OptionalDepositId(string name) => TryNext(name, out var value) ? ToDepositId(name, value) : null;

    public string RequiredAccount()
    {
        var value = Required("account");
        return TextRules.IsAccount(value) ? value : throw Error("account", $"is not 1 to {Limits.AccountCharacters} characters of [a-z0-9-]");
    }

    public VerifierKey ToKey(string name, string value) => VerifierKey.TryParse(value, out var key, out var problem)
        ? key!
        : throw Error(name, problem!);

    private Hash ToHash(string name, ReadOnlySpan<char> value) => Hash.TryParseHex(value, out var hash)
        ? hash
        : throw Error(name, "is not 64 lower-case hex digits");

    private DepositId ToDepositId(string name, ReadOnlySpan<char> value) => DepositId.TryParse(value, out var id)
        ? id
        : throw Error(name, "is not a lower-case uuid of version 7 with its time rounded down to the minute");

    /// <summary>The value of the field if it is the next one. Any characters: whoever makes more of it than a text checks them by that.</summary>
    private bool TryNext(string name, out ReadOnlySpan<char> value)
    {
        value = default;
        var rest = text.AsSpan(position);
        if (!rest.StartsWith(name, StringComparison.Ordinal) || rest.Length <= name.Length || rest[name.Length] != ' ')
            return false;
        value = rest[(name.Length + 1)..];
        var end = value.IndexOf('\n');
        if (end < 0)
            throw Error(name, "is not ended by a line feed");
        value = value[..end];
        position += name.Length + 1 + end + 1;
        return true;
    }

    private ReadOnlySpan<char> Next(string name) => TryNext(name, out var value) ? value : throw Error(name, Missing());

    private string Text(string name, ReadOnlySpan<char> value) =>
        TextRules.TextProblem(value) is { } problem ? throw Error(name, problem) : value.ToString();

    private string Missing() => AtEnd ? "is missing" : $"is expected where the line '{NextLine()}' stands";

    private string NextLine()
    {
        var line = text.AsSpan(position);
        var end = line.IndexOf('\n');
        // Only the name: the value may be the very thing that is not to be repeated in a log.
        line = end < 0 ? line : line[..end];
        var name = line.IndexOf(' ');
        line = name < 0 ? line : line[..name];
        return TextRules.Escape(line[..Math.Min(line.Length, 40)].ToString());
    }
}
