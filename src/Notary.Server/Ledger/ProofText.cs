using System.Buffers.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Prints a C2SP tlog-proof straight to bytes, as <see cref="TlogProof"/> prints it to a string: every deposit takes one,
/// and all deposits of a batch share the checkpoint's bytes.
/// </summary>
internal static class ProofText
{
    private const int HashLine = 45;
    private const int MaximumDigits = 20;

    private static ReadOnlySpan<byte> Head => "c2sp.org/tlog-proof@v1\nindex "u8;

    public static byte[] Print(ulong index, IReadOnlyList<Hash> path, ReadOnlySpan<byte> note)
    {
        Span<byte> digits = stackalloc byte[MaximumDigits];
        Utf8Formatter.TryFormat(index, digits, out var length);
        var proof = new byte[Head.Length + length + 1 + path.Count * HashLine + 1 + note.Length];
        var rest = Append(proof, Head);
        rest = Append(rest, digits[..length]);
        rest = Append(rest, "\n"u8);
        Span<byte> hash = stackalloc byte[Hash.Size];
        for (var i = 0; i < path.Count; i++)
        {
            path[i].CopyTo(hash);
            Base64.EncodeToUtf8(hash, rest, out _, out var written);
            rest[written] = (byte)'\n';
            rest = rest[(written + 1)..];
        }

        note.CopyTo(Append(rest, "\n"u8));
        return proof;
    }

    private static Span<byte> Append(Span<byte> destination, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination);
        return destination[bytes.Length..];
    }
}
