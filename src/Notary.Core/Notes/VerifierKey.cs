using System.Buffers.Binary;
using System.Globalization;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Notary.Core;

/// <summary>What a key signs, the type byte of C2SP signed-note.</summary>
public enum KeyAlgorithm : byte
{
    /// <summary>Ed25519 over the note's text.</summary>
    Ed25519 = 0x01,

    /// <summary>A witness's Ed25519 over a time and the note's text (C2SP tlog-cosignature).</summary>
    Cosignature = 0x04,
}

/// <summary>
/// A public key of C2SP signed-note, written <c>name+8 hex digits of its id+base64(type || 32 bytes)</c>. Two keys are
/// equal when they are written alike.
/// </summary>
public sealed class VerifierKey : IEquatable<VerifierKey>
{
    /// <summary>Bytes of an Ed25519 signature.</summary>
    public const int SignatureSize = 64;

    private const int KeySize = 32;
    private const int TimeSize = 8;

    private readonly byte[] publicKey;
    private readonly string text;

    // Null until the key is prepared; whoever sees an old value is slower and comes to the same verdict.
    private volatile PreparedKey? prepared;

    private VerifierKey(string name, KeyAlgorithm algorithm, byte[] publicKey)
    {
        Name = name;
        Algorithm = algorithm;
        this.publicKey = publicKey;
        KeyId = ComputeId(name, algorithm, publicKey);
        text = string.Create(
            CultureInfo.InvariantCulture, $"{name}+{KeyId:x8}+{Convert.ToBase64String([(byte)algorithm, .. publicKey])}");
    }

    public string Name { get; }

    /// <summary>The first four bytes of SHA-256(name || LF || type || key), big-endian: a hint, not an identity.</summary>
    public uint KeyId { get; }

    public KeyAlgorithm Algorithm { get; }

    /// <summary>32 bytes of an Ed25519 public key (RFC 8032).</summary>
    public ReadOnlyMemory<byte> PublicKey => publicKey;

    /// <exception cref="MalformedException">Not a verifier key, an unknown type, or a point of small order.</exception>
    public static VerifierKey Parse(string vkey) =>
        TryParse(vkey, out var key, out var problem) ? key! : throw new MalformedException("verifier key", null, problem!);

    /// <summary>As <see cref="Parse"/>, with what is wrong as a value.</summary>
    public static bool TryParse(string vkey, out VerifierKey? key, out string? problem)
    {
        key = null;
        problem = vkey.Length > 512 ? "is longer than 512 characters" : null;
        if (problem is not null)
            return false;
        var first = vkey.IndexOf('+', StringComparison.Ordinal);
        var second = first < 0 ? -1 : vkey.IndexOf('+', first + 1);
        var bytes = second < 0 ? null : StrictBase64.Decode(vkey.AsSpan(second + 1));
        if (bytes is null || !IsName(vkey[..first]))
            problem = "is not of the form name+8 hex digits+base64";
        else if (bytes.Length != 1 + KeySize || !Enum.IsDefined((KeyAlgorithm)bytes[0]))
            problem = "is of a type that is not known here (Ed25519 is 1, a witness's cosignature 4), with a key of 32 bytes";
        else if (IsSmallOrder(bytes.AsSpan(1)))
            // Signatures under such a key verify for many texts, so it identifies nobody.
            problem = "is a point of small order, under which anybody can sign";
        if (problem is not null)
            return false;
        key = new VerifierKey(vkey[..first], (KeyAlgorithm)bytes![0], bytes[1..]);
        if (key.text == vkey)
            return true;
        (key, problem) = (null, "has a key id that does not belong to its name and key");
        return false;
    }

    /// <summary>Whether the key made the signature over a note's text. Any fault of the signature is false.</summary>
    public bool Verify(string noteText, in NoteSignature signature) => Verify(noteText, signature, out _);

    /// <param name="noteText">The note's text, its last LF included.</param>
    /// <param name="signature">A signature line that names this key.</param>
    /// <param name="time">When the witness says that it signed, for a cosignature; otherwise null.</param>
    public bool Verify(string noteText, in NoteSignature signature, out DateTimeOffset? time)
    {
        time = null;
        if (signature.Name != Name || signature.KeyId != KeyId)
            return false;
        var bytes = signature.Bytes.Span;
        var message = TextRules.Utf8.GetBytes(noteText);
        if (Algorithm == KeyAlgorithm.Ed25519)
            return VerifyRaw(message, bytes);
        if (bytes.Length != TimeSize + SignatureSize)
            return false;
        var seconds = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        // .NET's calendar ends with the year 9999; C2SP allows more, nobody's clock does.
        if (seconds > (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return false;
        byte[] cosigned = [.. TextRules.Utf8.GetBytes($"cosignature/v1\ntime {seconds}\n"), .. message];
        if (!VerifyRaw(cosigned, bytes[TimeSize..]))
            return false;
        time = DateTimeOffset.FromUnixTimeSeconds((long)seconds);
        return true;
    }

    /// <summary>Whether <paramref name="signature"/> (64 bytes) is this key's Ed25519 signature over the bytes themselves.</summary>
    public bool VerifyRaw(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureSize
        && (prepared?.Verify(message, signature) == true
            || Ed25519.Verify(signature.ToArray(), 0, publicKey, 0, message.ToArray(), 0, message.Length));

    /// <summary>
    /// Makes this object verify good signatures several times as fast, for 164 KB of memory and the time of a few
    /// verifications now: for keys that verify many. The verdicts are the same.
    /// </summary>
    public void Prepare() => prepared ??= PreparedKey.Create(publicKey);

    /// <summary>Gives back what <see cref="Prepare"/> took.</summary>
    public void Release() => prepared = null;

    public override string ToString() => text;

    public bool Equals(VerifierKey? other) => other is not null && text == other.text;

    public override bool Equals(object? obj) => Equals(obj as VerifierKey);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(VerifierKey? left, VerifierKey? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(VerifierKey? left, VerifierKey? right) => !(left == right);

    internal static VerifierKey FromPublicKey(string name, byte[] publicKey) => new(name, KeyAlgorithm.Ed25519, publicKey);

    /// <summary>A key's name: no white space, no '+', nothing that a line of a note could not hold (C2SP signed-note).</summary>
    internal static bool IsName(string name) =>
        name.Length > 0
        && !name.Contains('+', StringComparison.Ordinal)
        && !name.Any(char.IsWhiteSpace)
        && TextRules.TextProblem(name) is null;

    private static uint ComputeId(string name, KeyAlgorithm algorithm, byte[] key)
    {
        var hash = Hash.Of([.. TextRules.Utf8.GetBytes(name), (byte)'\n', (byte)algorithm, .. key]);
        return BinaryPrimitives.ReadUInt32BigEndian(hash.ToArray());
    }

    private static bool IsSmallOrder(ReadOnlySpan<byte> key) => SmallOrderPoints.Contains(key);
}
