using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Notary.Cli;

/// <summary>
/// One record of a journal: a line <c>kind length sha256</c>, the payload, a LF. The digest covers the kind and the
/// payload, so a record is either whole or recognised as torn.
/// </summary>
internal static class JournalRecord
{
    /// <summary>Longest head line: a kind of 8 letters, 10 digits, 64 hex digits, two spaces and the LF.</summary>
    public const int HeadBytes = 96;

    public static byte[] Encode(string kind, ReadOnlySpan<byte> payload) =>
        [.. Encoding.ASCII.GetBytes(Head(kind, payload)), .. payload, (byte)'\n'];

    /// <summary>Reads a head line; null when the bytes do not begin with one.</summary>
    public static (string Kind, int Length, string Digest, int HeadLength)? ReadHead(ReadOnlySpan<byte> bytes)
    {
        var end = bytes[..Math.Min(bytes.Length, HeadBytes)].IndexOf((byte)'\n');
        if (end < 0 || Encoding.Latin1.GetString(bytes[..end]).Split(' ') is not [var kind, var number, var digest])
            return null;
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? (kind, length, digest, end + 1)
            : null;
    }

    public static string Digest(string kind, ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(kind + "\n"));
        hash.AppendData(payload);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Head(string kind, ReadOnlySpan<byte> payload) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind} {payload.Length} {Digest(kind, payload)}\n");
}
