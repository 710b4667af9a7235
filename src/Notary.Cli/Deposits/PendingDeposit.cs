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
internal sealed record PendingDeposit(string EvidenceName, Hash Seed, RequestBytes Request, Manifest Manifest)
{
    private const string Document = "pending deposit";

    public DepositId Id => Request.Request.Deposit;

    public byte[] ToBytes()
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"evidence {EvidenceName}\nseed {Seed}\nrequest {Request.Bytes.Length}\n");
        return [.. Encoding.UTF8.GetBytes(head), .. Request.Bytes.Span, .. StrictText.Encode(Manifest.ToText())];
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
        if (!int.TryParse(Field(ref rest, "request"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > rest.Length)
            throw new MalformedException(Document, "request", "is not the length of the request");
        var request = RequestBytes.Parse(rest[..length].ToArray());
        return new PendingDeposit(name, seed, request, Core.Manifest.Parse(StrictText.Decode(Document, rest[length..].Span)));
    }

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
