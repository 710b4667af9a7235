using System.Buffers.Binary;
using System.Text;

namespace Notary.Core;

/// <summary>One signature line of a note.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">The key's id.</param>
/// <param name="Bytes">What follows the id: 64 bytes for Ed25519, 72 for a cosignature, anything for unknown kinds.</param>
public readonly record struct NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The line with its LF.</summary>
    public override string ToString()
    {
        Span<byte> id = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(id, KeyId);
        return $"{SignedNote.SignaturePrefix}{Name} {Convert.ToBase64String([.. id, .. Bytes.Span])}\n";
    }
}

/// <summary>What a key says of a note.</summary>
public enum NoteCheck
{
    /// <summary>No line names the key.</summary>
    Absent,

    /// <summary>A line names the key and every such line verifies.</summary>
    Valid,

    /// <summary>A line names the key and does not verify: the whole note is to be rejected.</summary>
    Invalid,
}

/// <summary>
/// A C2SP signed note: a text that ends in LF, an empty line, and one signature a line. Signatures of unknown keys are
/// kept and ignored. Parse then print is the identity.
/// </summary>
public sealed class SignedNote
{
    internal const string SignaturePrefix = "\u2014 ";

    private const string Document = "note";

    /// <param name="text">Ends in LF.</param>
    /// <param name="signatures">At least one.</param>
    public SignedNote(string text, IReadOnlyList<NoteSignature> signatures)
    {
        if (!text.EndsWith('\n') || signatures.Count == 0)
            throw new ArgumentException("A note is a text that ends in LF, and at least one signature.", nameof(text));
        Text = text;
        Signatures = signatures;
    }

    /// <summary>What is signed, its last LF included.</summary>
    public string Text { get; }

    public IReadOnlyList<NoteSignature> Signatures { get; }

    public static SignedNote Sign(string text, params SigningKey[] keys) => new(text, [.. keys.Select(key => key.Sign(text))]);

    /// <exception cref="MalformedException">Not a signed note, or over <see cref="Limits.NoteBytes"/> or <see cref="Limits.NoteSignatures"/>.</exception>
    public static SignedNote Parse(string note)
    {
        if (Encoding.UTF8.GetByteCount(note) > Limits.NoteBytes)
            throw new MalformedException(Document, null, $"is longer than {Limits.NoteBytes} bytes");
        foreach (var c in note)
        {
            if (c is < ' ' and not '\n')
                throw new MalformedException(Document, null, $"holds the control character U+{(int)c:X4}");
        }

        // The last empty line divides: a text may hold empty lines of its own.
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !note.EndsWith('\n') || split + 2 >= note.Length)
            throw new MalformedException(Document, null, "is not a text, an empty line and signature lines that each end in LF");
        var lines = note[(split + 2)..^1].Split('\n');
        if (lines.Length > Limits.NoteSignatures)
            throw new MalformedException(Document, null, $"has {lines.Length} signatures (limit {Limits.NoteSignatures})");
        return new SignedNote(note[..(split + 1)], [.. lines.Select(ParseLine)]);
    }

    /// <summary>
    /// What the key says of the note. A line that names the key and fails condemns the note (C2SP signed-note), even
    /// beside one that verifies.
    /// </summary>
    public NoteCheck Check(VerifierKey key)
    {
        var result = NoteCheck.Absent;
        foreach (var signature in Signatures)
        {
            if (signature.Name != key.Name || signature.KeyId != key.KeyId)
                continue;
            if (!key.Verify(Text, signature))
                return NoteCheck.Invalid;
            result = NoteCheck.Valid;
        }

        return result;
    }

    public override string ToString() => Text + "\n" + string.Concat(Signatures.Select(signature => signature.ToString()));

    private static NoteSignature ParseLine(string line)
    {
        var space = line.LastIndexOf(' ');
        var bytes = space > SignaturePrefix.Length ? StrictBase64.Decode(line.AsSpan(space + 1)) : null;
        if (!line.StartsWith(SignaturePrefix, StringComparison.Ordinal) || bytes is not { Length: > 4 }
            || line[SignaturePrefix.Length..space] is var name && !VerifierKey.IsName(name))
            throw new MalformedException(Document, "signature", "is not '\u2014 name base64(key id || signature)'");
        return new NoteSignature(
            line[SignaturePrefix.Length..space], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4));
    }
}
