using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Bitcoin's block headers and lists of them.</summary>
public sealed class BlockHeaderTests
{
    private static readonly string Block358391 =
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "opentimestamps", "block-358391.header.hex"), Encoding.ASCII).Trim();

    [Fact]
    public void A_real_header_says_what_is_known_of_its_block()
    {
        var header = BlockHeader.ParseHex(Block358391);

        Assert.StartsWith("0000000000000000", BlockHeader.Display(header.Hash), StringComparison.Ordinal);
        Assert.Equal(1432827678, header.Time.ToUnixTimeSeconds());
        Assert.Equal(header.Time.AddHours(2), header.NoLaterThan);
        // Difficulty 47.6 * 10^9, times 2^32.
        Assert.Equal(67, header.WorkBits);
        Assert.Equal(Block358391, Convert.ToHexStringLower(header.ToBytes()));
    }

    [Fact]
    public void A_header_with_any_flipped_bit_lacks_its_proof_of_work()
    {
        var bytes = Convert.FromHexString(Block358391);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var flipped = bytes.AsSpan().ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<MalformedException>(() => BlockHeader.Parse(flipped));
        }
    }

    [Theory]
    [InlineData(0x1D00FFFFu, "without the proof of work")]
    [InlineData(0x20FFFFFFu, "no block can have")] // negative
    [InlineData(0x00000000u, "no block can have")]
    [InlineData(0x01003456u, "no block can have")] // zero once shifted
    [InlineData(0x217FFFFFu, "no block can have")] // above 2^256
    [InlineData(0xFF7FFFFFu, "no block can have")]
    public void A_difficulty_that_is_not_met_or_not_possible_is_refused(uint difficulty, string problem)
    {
        var header = TestBlock.Bytes(Hash.Of([1]), TestLedger.Created, difficulty, 0);

        Assert.Contains(problem, Assert.Throws<MalformedException>(() => BlockHeader.Parse(header)).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz")]
    public void What_is_no_header_in_hex_is_refused(string hex)
    {
        Assert.Throws<MalformedException>(() => BlockHeader.ParseHex(hex));
        Assert.Throws<MalformedException>(() => BlockHeader.ParseHex(Block358391 + hex + "0"));
    }

    [Fact]
    public void A_list_gives_headers_by_height()
    {
        var other = TestBlock.With(Hash.Of([1]), TestLedger.Created);
        var headers = HeaderFile.Parse($"# mine\n\n358391 {Block358391}\r\n0 {Convert.ToHexStringLower(other.ToBytes())}\n358391 {Block358391.ToUpperInvariant()}");

        Assert.Equal(2, headers.Count);
        Assert.Equal(other.Hash, headers[0].Hash);
        Assert.Equal(Block358391, Convert.ToHexStringLower(headers[358391].ToBytes()));
    }

    [Theory]
    [InlineData("", "holds no header")]
    [InlineData("# only words\n", "holds no header")]
    [InlineData("358391\n", "line 1")]
    [InlineData("#\n-1 {0}\n", "line 2")]
    [InlineData("01 {0}", "line 1")]
    [InlineData("1  {0}", "line 1")]
    [InlineData("{0}", "line 1")]
    [InlineData("1 {0}00", "line 1")]
    [InlineData("1 {0}\n1 {1}", "another header")]
    [InlineData("1 {0}\n2 ff{1}", "line 2")]
    public void A_list_with_a_bad_line_is_refused_by_its_number(string list, string words)
    {
        var other = Convert.ToHexStringLower(TestBlock.With(Hash.Of([1]), TestLedger.Created).ToBytes());
        var text = list.Replace("{0}", Block358391, StringComparison.Ordinal).Replace("{1}", other, StringComparison.Ordinal);

        Assert.Contains(words, Assert.Throws<MalformedException>(() => HeaderFile.Parse(text)).Message, StringComparison.Ordinal);
    }
}
