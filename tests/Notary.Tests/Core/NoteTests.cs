using System.Buffers.Binary;
using System.Text;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>C2SP signed-note, tlog-cosignature, tlog-checkpoint.</summary>
public sealed class NoteTests
{
    private static readonly SigningKey Key = SigningKey.Create("notary.example/log", Seed(1));
    private static readonly SigningKey Other = SigningKey.Create("notary.example/log", Seed(2));
    private static readonly string Text = new Checkpoint("notary.example/log", 7, Hash.Of([1])).ToText();

    [Theory]
    [InlineData("3\0")]
    [InlineData("3\0\0")]
    [InlineData("+3")]
    [InlineData("03")]
    [InlineData("\u0663")]
    [InlineData("18446744073709551616")]
    public void A_size_has_one_spelling(string size) =>
        Assert.Throws<MalformedException>(() => Checkpoint.Parse($"ledger.example/a\n{size}\n{default(Hash).ToBase64()}\n"));

    [Fact]
    public void The_key_of_the_specification_reads_and_prints()
    {
        const string vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        Assert.Equal(vkey, VerifierKey.Parse(vkey).ToString());
    }

    [Theory]
    [InlineData("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/fo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2l")]
    [InlineData("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example com+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a")]
    [InlineData("")]
    public void Another_spelling_of_a_key_is_refused(string vkey) => Assert.Throws<MalformedException>(() => VerifierKey.Parse(vkey));

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void A_key_of_small_order_is_refused(string point)
    {
        byte[] key = [1, .. Convert.FromHexString(point)];
        var error = Assert.Throws<MalformedException>(() => VerifierKey.Parse(Vkey("n", key)));
        Assert.Contains("small order", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_private_key_reads_and_prints_and_hides_itself()
    {
        var again = SigningKey.Parse(Key.ToSecretString());
        Assert.Equal(Key.ToSecretString(), again.ToSecretString());
        Assert.Equal(Key.Verifier, again.Verifier);
        Assert.DoesNotContain(Convert.ToBase64String([1, .. Seed(1)]), Key.ToString(), StringComparison.Ordinal);
        Assert.Throws<MalformedException>(() => SigningKey.Parse(Key.ToSecretString().Replace("log+", "lag+", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_known_key_s_bad_signature_condemns_the_note_even_beside_its_good_one()
    {
        var good = Key.Sign(Text);
        var bad = good with { Bytes = new byte[64] };
        Assert.Equal(NoteCheck.Valid, new SignedNote(Text, [good]).Check(Key.Verifier));
        Assert.Equal(NoteCheck.Invalid, new SignedNote(Text, [bad]).Check(Key.Verifier));
        Assert.Equal(NoteCheck.Invalid, new SignedNote(Text, [good, bad]).Check(Key.Verifier));
        Assert.Equal(NoteCheck.Invalid, new SignedNote(Text, [bad, good]).Check(Key.Verifier));
        Assert.Equal(NoteCheck.Invalid, new SignedNote(Text, [good with { Bytes = new byte[3] }]).Check(Key.Verifier));
    }

    [Fact]
    public void Unknown_signatures_are_kept_and_ignored()
    {
        var grease = new NoteSignature("grease.example", 0x01020304, new byte[5]);
        var note = SignedNote.Parse(new SignedNote(Text, [grease, Key.Sign(Text), Other.Sign(Text)]).ToString());
        Assert.Equal(3, note.Signatures.Count);
        Assert.Equal(NoteCheck.Valid, note.Check(Key.Verifier));
        Assert.Equal(NoteCheck.Absent, new SignedNote(Text, [grease, Other.Sign(Text)]).Check(Key.Verifier));
    }

    [Fact]
    public void A_changed_text_is_not_signed()
    {
        var note = SignedNote.Sign(Text, Key);
        Assert.Equal(NoteCheck.Invalid, new SignedNote(Text.Replace('7', '8'), note.Signatures).Check(Key.Verifier));
    }

    [Fact]
    public void The_last_empty_line_divides_text_and_signatures()
    {
        var note = SignedNote.Parse(SignedNote.Sign("a\n\nb\n", Key).ToString());
        Assert.Equal("a\n\nb\n", note.Text);
        Assert.Equal(NoteCheck.Valid, note.Check(Key.Verifier));
    }

    [Theory]
    [InlineData("")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\n\u2014 name AAAAAAA=")]
    [InlineData("text\n\n- name AAAAAAA=\n")]
    [InlineData("text\n\n\u2014 name AAAAAA==\n")]
    [InlineData("text\n\n\u2014 name AAAAAAB=\n")]
    [InlineData("text\n\n\u2014 na me AAAAAAA=\n")]
    [InlineData("text\n\n\u2014  AAAAAAA=\n")]
    [InlineData("te\txt\n\n\u2014 name AAAAAAA=\n")]
    [InlineData("te\rxt\n\n\u2014 name AAAAAAA=\n")]
    public void What_is_not_a_note_is_refused(string note) => Assert.Throws<MalformedException>(() => SignedNote.Parse(note));

    [Fact]
    public void A_note_with_too_many_signatures_or_bytes_is_refused_and_sixteen_are_not()
    {
        var line = new NoteSignature("n", 1, new byte[64]);
        Assert.Equal(16, SignedNote.Parse(new SignedNote("t\n", [.. Enumerable.Repeat(line, 16)]).ToString()).Signatures.Count);
        Assert.Throws<MalformedException>(() => SignedNote.Parse(new SignedNote("t\n", [.. Enumerable.Repeat(line, 65)]).ToString()));
        Assert.Throws<MalformedException>(() => SignedNote.Parse(new SignedNote(new string('t', 70_000) + "\n", [line]).ToString()));
    }

    [Theory]
    [InlineData("o\n1\n")]
    [InlineData("o\n01\n{root}\n")]
    [InlineData("o\n1\n{root}\nextension\n")]
    [InlineData("O\n1\n{root}\n")]
    [InlineData("o\n-1\n{root}\n")]
    [InlineData("o\n18446744073709551616\n{root}\n")]
    [InlineData("o\n1\n{root}")]
    [InlineData("o\n1\nAAAA\n")]
    public void What_is_not_a_checkpoint_is_refused(string text) => Assert.Throws<MalformedException>(
        () => Checkpoint.Parse(text.Replace("{root}", Hash.Of([]).ToBase64(), StringComparison.Ordinal)));

    [Fact]
    public void A_cosignature_verifies_with_its_time_and_not_with_another()
    {
        const ulong signedAt = 1_795_000_000;
        var signer = SigningKey.Create("witness.example", Seed(3));
        var witness = VerifierKey.Parse(Vkey(signer.Verifier.Name, [4, .. signer.Verifier.PublicKey.Span]));
        var bytes = new byte[72];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, signedAt);
        signer.SignRaw(Encoding.UTF8.GetBytes($"cosignature/v1\ntime {signedAt}\n{Text}")).CopyTo(bytes, 8);
        var line = new NoteSignature(witness.Name, witness.KeyId, bytes);
        Assert.True(witness.Verify(Text, line, out var time));
        Assert.Equal((long)signedAt, time!.Value.ToUnixTimeSeconds());
        var later = (byte[])bytes.Clone();
        later[7]++;
        Assert.False(witness.Verify(Text, line with { Bytes = later }, out time));
        Assert.Null(time);
        Assert.False(witness.Verify(Text, line with { Bytes = bytes.AsMemory(8) }));
        Assert.False(Key.Verifier.Verify(Text, line));
    }

    private static byte[] Seed(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static string Vkey(string name, byte[] typeAndKey)
    {
        var id = Hash.Of([.. Encoding.UTF8.GetBytes(name + "\n"), .. typeAndKey]).ToString()[..8];
        return $"{name}+{id}+{Convert.ToBase64String(typeAndKey)}";
    }
}
