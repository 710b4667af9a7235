using System.Buffers.Text;
using System.Security.Cryptography;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// API keys: <c>nk_</c> and 43 characters of base64url, 256 random bits. The server keeps SHA-256 of the text. A slow hash
/// would add nothing, since nobody guesses 256 bits, and would cost every call milliseconds. The prefix is for tools that
/// look for secrets in places where none should be.
/// </summary>
public static class ApiKey
{
    public const string Prefix = "nk_";

    private const int Bytes = 32;
    private const int Length = 3 + 43;

    /// <summary>A new key. Whoever makes it shows it once and keeps its hash.</summary>
    public static string Create(RandomNumberGenerator random)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        random.GetBytes(bytes);
        var key = Prefix + Base64Url.EncodeToString(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    /// <summary>Whether the text has the form of a key.</summary>
    public static bool IsKey(ReadOnlySpan<char> text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(text[Prefix.Length..], out var bytes) && bytes == Bytes;

    /// <summary>
    /// What a key is looked up by. How long a look-up takes tells of the hash alone, and nobody can steer a hash towards one
    /// that is in the table.
    /// </summary>
    public static Hash HashOf(ReadOnlySpan<char> key)
    {
        Span<byte> bytes = stackalloc byte[Length];
        var length = System.Text.Encoding.ASCII.GetBytes(key, bytes);
        return Hash.Of(bytes[..length]);
    }
}
