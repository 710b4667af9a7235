using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// Everything that opens one deposit, kept until its evidence is on disk: without the seed an entry on the ledger would
/// be a commitment that nobody can ever open.
/// </summary>
/// <param name="EvidenceName">Where the evidence goes, relative to the output folder, forward slashes.</param>
/// <param name="Seed">32 bytes.</param>
/// <param name="Request">The exact bytes that are sent, and sent again.</param>
/// <param name="Manifest">The manifest text.</param>
/// <param name="Context">The text of the context record, if the deposit has one: it is nowhere else.</param>
internal sealed record PendingDeposit(string EvidenceName, Hash Seed, RequestBytes Request, Manifest Manifest, ContextRecord? Context = null)
{
    private const string Document = "pending deposit";

    public DepositId Id => Request.Request.Deposit;

    public byte[] ToBytes()
    {
        var context = Context is null ? [] : StrictText.Encode(Context.ToText());
        var contextHead = Context is null ? "" : string.Create(CultureInfo.InvariantCulture, $"context {context.Length}\n");
        var head = string.Create(CultureInfo.InvariantCulture, $"evidence {EvidenceName}\nseed {Seed}\n{contextHead}request {Request.Bytes.Length}\n");
        return [.. Encoding.UTF8.GetBytes(head), .. context, .. Request.Bytes.Span, .. StrictText.Encode(Manifest.ToText())];
    }

    /// <exception cref="MalformedException">Not what <see cref="ToBytes"/> wrote.</exception>
    public static PendingDeposit Parse(ReadOnlyMemory<byte> bytes)
    {
        var rest = bytes;
        var name = Field(ref rest, "evidence");
        if (TextRules.PathProblem(name) is { } problem)
            throw new MalformedException(Document, "evidence", problem);
        if (!Hash.TryParseHex(Field(ref rest, "seed"), out var seed))
            throw new MalformedException(Document, "seed", "is not 64 lower-case hex digits");
        var contextLength = rest.Span.StartsWith("context "u8) ? Length(ref rest, "context") : 0;
        var requestLength = Length(ref rest, "request");
        if ((long)contextLength + requestLength > rest.Length)
            throw new MalformedException(Document, "request", "is cut short");
        var context = contextLength == 0 ? null : ContextRecord.Parse(StrictText.Decode(Document, rest.Span[..contextLength]));
        rest = rest[contextLength..];
        var request = RequestBytes.Parse(rest[..requestLength].ToArray());
        return new PendingDeposit(name, seed, request, Core.Manifest.Parse(StrictText.Decode(Document, rest[requestLength..].Span)), context);
    }

    private static int Length(ref ReadOnlyMemory<byte> rest, string name) =>
        int.TryParse(Field(ref rest, name), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw new MalformedException(Document, name, "is not a length");

    private static string Field(ref ReadOnlyMemory<byte> rest, string name)
    {
        var end = rest.Span.IndexOf((byte)'\n');
        var line = end < 0 ? "" : StrictText.Decode(Document, rest.Span[..end]);
        if (!line.StartsWith(name + " ", StringComparison.Ordinal))
            throw new MalformedException(Document, name, "is missing");
        rest = rest[(end + 1)..];
        return line[(name.Length + 1)..];
    }
}
