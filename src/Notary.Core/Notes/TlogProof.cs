using System.Globalization;
using System.Text;

namespace Notary.Core;

/// <summary>
/// A C2SP tlog-proof: an entry's index, its inclusion path from leaf to root, and the signed checkpoint it ends in.
/// </summary>
public sealed class TlogProof
{
    private const string Header = "c2sp.org/tlog-proof@v1";
    private const string Document = "tlog-proof";

    // An `extra` line is unauthenticated and unused here, but another implementation's file prints back as it came.
    private readonly string? extra;

    public TlogProof(ulong index, IReadOnlyList<Hash> path, SignedNote note)
        : this(index, path, note, null)
    {
    }

    private TlogProof(ulong index, IReadOnlyList<Hash> path, SignedNote note, string? extra)
    {
        Index = index;
        Path = path;
        Note = note;
        Checkpoint = Checkpoint.Parse(note.Text);
        this.extra = extra;
    }

    /// <summary>Zero-based position of the entry in the ledger.</summary>
    public ulong Index { get; }

    /// <summary>Siblings from leaf to root.</summary>
    public IReadOnlyList<Hash> Path { get; }

    /// <summary>The checkpoint with its signatures.</summary>
    public SignedNote Note { get; }

    /// <summary>What <see cref="Note"/> says.</summary>
    public Checkpoint Checkpoint { get; }

    /// <exception cref="MalformedException">Not a tlog-proof, or more than 64 hashes.</exception>
    public static TlogProof Parse(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > 2 * Limits.NoteBytes)
            throw new MalformedException(Document, null, $"is longer than {2 * Limits.NoteBytes} bytes");
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0)
            throw new MalformedException(Document, null, "has no empty line before its checkpoint");
        var lines = text[..end].Split('\n');
        if (lines[0] != Header)
            throw new MalformedException(Document, null, $"does not begin with '{Header}'");
        var next = 1;
        string? extra = null;
        if (next < lines.Length && lines[next].StartsWith("extra ", StringComparison.Ordinal))
        {
            extra = lines[next++][6..];
            if (StrictBase64.Decode(extra) is null)
                throw new MalformedException(Document, "extra", "is not base64");
        }

        if (next == lines.Length || !lines[next].StartsWith("index ", StringComparison.Ordinal)
            || !Decimals.TryParse(lines[next].AsSpan(6), out var index))
            throw new MalformedException(Document, "index", "is missing or not a decimal number below 2^64");
        return new TlogProof(index, ParsePath(lines.AsSpan(next + 1)), SignedNote.Parse(text[(end + 2)..]), extra);
    }

    public override string ToString()
    {
        var text = new StringBuilder(Header).Append('\n');
        if (extra is not null)
            text.Append("extra ").Append(extra).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Path)
            text.Append(hash.ToBase64()).Append('\n');
        return text.Append('\n').Append(Note).ToString();
    }

    private static List<Hash> ParsePath(ReadOnlySpan<string> lines)
    {
        if (lines.Length > Limits.ProofHashes)
            throw new MalformedException(Document, "path", $"has {lines.Length} hashes (limit {Limits.ProofHashes})");
        var path = new List<Hash>(lines.Length);
        foreach (var line in lines)
        {
            if (!Hash.TryParseBase64(line, out var hash))
                throw new MalformedException(Document, "path", "has a line that is not 32 bytes in base64");
            path.Add(hash);
        }

        return path;
    }
}
