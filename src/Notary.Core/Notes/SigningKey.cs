using System.Globalization;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Notary.Core;

/// <summary>
/// An Ed25519 private key of C2SP signed-note, written <c>PRIVATE+KEY+name+8 hex digits+base64(1 || 32-byte seed)</c>, as
/// Go's sumdb/note does. Its signatures are deterministic (RFC 8032), so the same text is signed with the same bytes.
/// </summary>
public sealed class SigningKey
{
    /// <summary>Bytes of a seed.</summary>
    public const int SeedSize = 32;

    private const string Prefix = "PRIVATE+KEY+";

    private readonly byte[] seed;
    private readonly byte[] publicKey;

    private SigningKey(string name, byte[] seed)
    {
        this.seed = seed;
        publicKey = new byte[32];
        Ed25519.GeneratePublicKey(seed, 0, publicKey, 0);
        Verifier = VerifierKey.FromPublicKey(name, publicKey);
    }

    /// <summary>The public half.</summary>
    public VerifierKey Verifier { get; }

    /// <param name="name">The key's name: a ledger's origin, an account id.</param>
    /// <param name="seed">32 bytes from a cryptographic generator.</param>
    public static SigningKey Create(string name, ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
            throw new ArgumentException($"A seed has {SeedSize} bytes.", nameof(seed));
        if (!VerifierKey.IsName(name))
            throw new ArgumentException("A key's name is not empty and holds neither white space nor '+'.", nameof(name));
        return new SigningKey(name, seed.ToArray());
    }

    /// <exception cref="MalformedException">Not a private key of this form. The message never repeats the text.</exception>
    public static SigningKey Parse(string text)
    {
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('+', 3) : [];
        var bytes = parts.Length == 3 ? StrictBase64.Decode(parts[2]) : null;
        if (bytes is not { Length: 1 + SeedSize } || bytes[0] != (byte)KeyAlgorithm.Ed25519 || !VerifierKey.IsName(parts[0]))
            throw new MalformedException("signing key", null, $"is not of the form {Prefix}name+8 hex digits+base64");
        var key = new SigningKey(parts[0], bytes[1..]);
        return key.Verifier.KeyId.ToString("x8", CultureInfo.InvariantCulture) == parts[1]
            ? key
            : throw new MalformedException("signing key", null, "has a key id that does not belong to its name and key");
    }

    /// <summary>Signs a note's text, its last LF included.</summary>
    public NoteSignature Sign(string noteText) =>
        new(Verifier.Name, Verifier.KeyId, SignRaw(TextRules.Utf8.GetBytes(noteText)));

    /// <summary>The 64-byte Ed25519 signature over the bytes themselves.</summary>
    public byte[] SignRaw(ReadOnlySpan<byte> message)
    {
        var signature = new byte[64];
        Ed25519.Sign(seed, 0, publicKey, 0, message.ToArray(), 0, message.Length, signature, 0);
        return signature;
    }

    /// <summary>The private text form. Whoever holds it signs as the key's owner.</summary>
    public string ToSecretString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Prefix}{Verifier.Name}+{Verifier.KeyId:x8}+{Convert.ToBase64String([(byte)KeyAlgorithm.Ed25519, .. seed])}");

    /// <summary>The public half only: a key that lands in a log must not be the private one.</summary>
    public override string ToString() => Verifier.ToString();
}
