using System.Numerics;
using System.Text;
using Notary.Core;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>
/// Fast verification against RFC 8032's own examples and, on everything that an attacker may send, against BouncyCastle:
/// both must come to the same verdict, and to the strict one.
/// </summary>
public sealed class PreparedKeyTests
{
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    // RFC 8032, section 7.1: TEST 1, 2 and 3.
    [Theory]
    [InlineData("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void The_examples_of_the_standard_verify_and_nothing_near_them_does(string key, string message, string signature)
    {
        var (publicKey, text, good) = (Convert.FromHexString(key), Convert.FromHexString(message), Convert.FromHexString(signature));
        Assert.True(Verdict(publicKey, text, good));
        for (var bit = 0; bit < 512; bit++)
            Assert.False(Verdict(publicKey, text, Flipped(good, bit)));
        for (var bit = 0; bit < 8 * text.Length; bit++)
            Assert.False(Verdict(publicKey, Flipped(text, bit), good));
        Assert.False(Verdict(publicKey, [.. text, 0], good));
        // S + L is the same number modulo the order, and another signature under a verifier that does not look.
        var s = new BigInteger(good.AsSpan(32), isUnsigned: true) + Order;
        Span<byte> larger = stackalloc byte[32];
        Assert.True(s.TryWriteBytes(larger, out _, isUnsigned: true));
        Assert.False(Verdict(publicKey, text, [.. good[..32], .. larger]));
    }

    [Fact]
    public void Both_verifiers_agree_on_a_thousand_signatures_good_and_bad()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 250; i++)
        {
            var (seed, message) = (Bytes(random, 32), Bytes(random, random.Next(0, 2_000)));
            var signing = SigningKey.Create("a", seed);
            var (key, signature) = (signing.Verifier.PublicKey.ToArray(), signing.SignRaw(message));
            Assert.True(Verdict(key, message, signature));
            Verdict(key, message, Flipped(signature, random.Next(512)));
            Verdict(key, message, [.. signature[..32], .. Bytes(random, 32)]);
            Verdict(Flipped(key, random.Next(256)), message, signature);
        }
    }

    [Fact]
    public void Keys_and_points_that_are_no_canonical_ones_come_to_the_same_verdict()
    {
        var p = BigInteger.Pow(2, 255) - 19;
        BigInteger[] ordinates = [0, 1, 2, 3, 4, 5, p - 2, p - 1, p, p + 1, p + 2, p + 18, (p - 1) / 2, .. SmallOrder];
        var signature = SigningKey.Create("a", TestLedger.Seed(1)).SignRaw("x"u8);
        foreach (var (y, sign) in ordinates.SelectMany(y => new[] { (y, 0), (y, 1) }))
        {
            var point = new byte[32];
            Assert.True(y.TryWriteBytes(point, out _, isUnsigned: true));
            point[31] |= (byte)(sign << 7);
            // As the key, with a signature that anybody can make for a key of small order: R neutral, S zero.
            Verdict(point, "x"u8.ToArray(), signature);
            Verdict(point, "x"u8.ToArray(), [1, .. new byte[63]]);
            // As R, under an honest key.
            Verdict(SigningKey.Create("a", TestLedger.Seed(1)).Verifier.PublicKey.ToArray(), "x"u8.ToArray(), [.. point, .. signature[32..]]);
        }

        // S of exactly the order, and one below it.
        foreach (var s in (BigInteger[])[Order - 1, Order, Order + 1, BigInteger.Pow(2, 253) - 1, BigInteger.Pow(2, 256) - 1, 0])
        {
            var bytes = new byte[32];
            Assert.True(s.TryWriteBytes(bytes, out _, isUnsigned: true));
            Verdict(SigningKey.Create("a", TestLedger.Seed(1)).Verifier.PublicKey.ToArray(), "x"u8.ToArray(), [.. signature[..32], .. bytes]);
        }
    }

    [Fact]
    public void A_prepared_key_checks_notes_as_before_and_can_be_released()
    {
        var signing = SigningKey.Create("linghang", TestLedger.Seed(1));
        var note = SignedNote.Sign("notary.request/v1\n", signing);
        var key = VerifierKey.Parse(signing.Verifier.ToString());
        key.Prepare();
        Assert.Equal(NoteCheck.Valid, note.Check(key));
        Assert.Equal(NoteCheck.Invalid, new SignedNote("notary.request/v2\n", note.Signatures).Check(key));
        Assert.Equal(NoteCheck.Invalid, new SignedNote(note.Text, [note.Signatures[0] with { Bytes = new byte[63] }]).Check(key));
        key.Release();
        Assert.Equal(NoteCheck.Valid, note.Check(key));
    }

    private static IEnumerable<BigInteger> SmallOrder =>
    [
        new(Convert.FromHexString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), isUnsigned: true),
        new(Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), isUnsigned: true),
    ];

    /// <summary>The verdict of both, which must be one.</summary>
    private static bool Verdict(byte[] key, byte[] message, byte[] signature)
    {
        var fast = PreparedKey.Create(key, vectors: false)?.Verify(message, signature) ?? false;
        if (Lanes.IsSupported)
            Assert.Equal(fast, PreparedKey.Create(key, vectors: true)?.Verify(message, signature) ?? false);
        var slow = Ed25519.Verify(signature, 0, key, 0, message, 0, message.Length);
        Assert.True(fast == slow, $"{fast}, and BouncyCastle {slow}: key {Convert.ToHexString(key)} signature {Convert.ToHexString(signature)} over {Convert.ToHexString(message)}");
        return fast;
    }

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        var changed = bytes.ToArray();
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
