using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

public sealed class CertificateTests
{
    private const string Minimal =
        """
        {
          "format": "notary.certificate/v1",
          "statement": "s\n",
          "claims": null,
          "request": null,
          "proof": "p\n\nc “\"\\\u0001”\n",
          "timestamps": []
        }

        """;

    private const string Stamped =
        """
        {
          "format": "notary.certificate/v1",
          "statement": "s\n",
          "claims": "c\n",
          "request": "r\n",
          "proof": "p\n\nc “\"\\\u0001”\n",
          "timestamps": [
            { "over": "checkpoint", "token": "+/8=" },
            { "over": "commitment", "token": "AQI=", "proof": "q\n" }
          ]
        }

        """;

    [Theory]
    [InlineData(Minimal), InlineData(Stamped)]
    public void It_is_written_in_one_way(string json)
    {
        var certificate = Parse(json);
        Assert.Equal(json, Encoding.UTF8.GetString(certificate.ToJson()));
        Assert.Equal("c “\"\\\u0001”\n", certificate.Checkpoint);
    }

    [Fact]
    public void Every_member_survives_the_round_trip()
    {
        foreach (var deposit in Enumerable.Range(0, 4))
        {
            var certificate = EvidenceSamples.Stamped(deposit);
            Assert.Equal(certificate, Certificate.Parse(certificate.ToJson()));
            Assert.Equal(certificate.GetHashCode(), Certificate.Parse(certificate.ToJson()).GetHashCode());
            var withheld = certificate with { Claims = null, Request = null, Timestamps = [] };
            Assert.Equal(withheld, Certificate.Parse(withheld.ToJson()));
            Assert.NotEqual(certificate, withheld);
            Assert.Equal(TlogProof.Parse(certificate.Proof).Note.ToString(), certificate.Checkpoint);
        }
    }

    [Fact]
    public void Other_white_space_order_escapes_and_unknown_members_make_no_difference()
    {
        var json = """
            {"unknown":{"deep":[{"a":1},{"a":1}]}, "timestamps" : [ ], "proof":"p\u000a\n\u0063 \u201C\u0022\u005C\u0001”\n",
             "request":null,"claims":null,"statement":"\u0073\n","format":"notary.certificate\/v1"}
            """;
        Assert.Equal(Parse(Minimal), Parse(json));
    }

    [Theory]
    [InlineData("\"format\": \"notary.certificate/v1\",", "", "format")]
    [InlineData("certificate/v1", "certificate/v2", "format")]
    [InlineData("\"statement\": \"s\\n\",", "", "statement")]
    [InlineData("\"s\\n\"", "null", "statement")]
    [InlineData("\"s\\n\"", "7", "statement")]
    [InlineData("\"statement\"", "\"Statement\"", "statement")]
    [InlineData("\"claims\": \"c\\n\",", "", "claims")]
    [InlineData("\"claims\": \"c\\n\"", "\"claims\": []", "claims")]
    [InlineData("\"claims\": \"c\\n\"", "\"claims\": null", "request")]
    [InlineData("\"request\": \"r\\n\",", "", "request")]
    [InlineData("\"timestamps\"", "\"timestamp\"", "timestamps")]
    [InlineData("\"checkpoint\"", "\"ledger\"", "over")]
    [InlineData("+/8=", "+/9=", "token")]
    [InlineData("+/8=", "+/8", "token")]
    [InlineData("+/8=", " +/8=", "token")]
    [InlineData("+/8=", "-_8=", "token")]
    [InlineData("+/8=", "", "token")]
    [InlineData("\"token\": \"+/8=\"", "\"token\": 1", "token")]
    [InlineData("\"q\\n\"", "null", "proof")]
    [InlineData("{ \"over\": \"checkpoint\", \"token\": \"+/8=\" }", "1", "timestamps")]
    [InlineData("\"statement\"", "\"statement\": \"s\\n\", \"statement\"", null)]
    [InlineData("\"statement\"", "\"st\\u0061tement\": \"s\\n\", \"statement\"", null)]
    [InlineData("\"statement\"", "\"unknown\": 1, \"unknown\": 1, \"statement\"", null)]
    [InlineData("\"statement\"", "\"unknown\": [{\"a\": 1, \"\\u0061\": 2}], \"statement\"", null)]
    [InlineData("\"s\\n\"", "\"\\ud800\"", null)]
    [InlineData("\"statement\"", "\"\\ud800\": 1, \"statement\"", null)]
    [InlineData("\"statement\"", "\"x\": [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]], \"statement\"", null)]
    [InlineData("\"statement\"", "/* comment */ \"statement\"", null)]
    [InlineData("{\n  \"format\"", "[{\n  \"format\"", null)]
    [InlineData("{\n  \"format\"", "\uFEFF{\n  \"format\"", null)]
    [InlineData("]\n}\n", "]\n}\n{}", null)]
    [InlineData("]\n}\n", "],\n}\n", null)]
    [InlineData("]\n}\n", "]\n", null)]
    public void A_broken_rule_is_named(string replace, string with, string? field)
    {
        var json = Stamped.Replace(replace, with, StringComparison.Ordinal);
        Assert.NotEqual(Stamped, json);
        var problem = Assert.Throws<MalformedException>(() => Parse(json));
        Assert.Equal(("certificate", field), (problem.Document, problem.Field));
    }

    [Theory]
    [InlineData("statement", Limits.StatementBytes), InlineData("claims", Limits.ClaimsBytes), InlineData("request", Limits.RequestBytes)]
    [InlineData("proof", EvidenceLimits.ProofBytes)]
    public void Lengths_are_limited_in_bytes(string field, int limit)
    {
        string With(int length) => Stamped.Replace($"\"{field}\": \"", $"\"{field}\": \"" + new string('x', length), StringComparison.Ordinal);
        var own = field == "proof" ? Encoding.UTF8.GetByteCount("p\n\nc “\"\\\u0001”\n") : 2;
        Parse(With(limit - own).Replace("\"proof\": \"" + new string('x', limit - own) + "q", "\"proof\": \"q", StringComparison.Ordinal));
        Assert.Equal(field, Assert.Throws<MalformedException>(() => Parse(With(limit - own + 1))).Field);
    }

    [Fact]
    public void Bytes_timestamps_and_tokens_are_limited()
    {
        var stamp = new TimestampToken(TimestampToken.OverCheckpoint, new byte[] { 1 }, null);
        var certificate = EvidenceSamples.Certificate(0);
        _ = (certificate with { Timestamps = [.. Enumerable.Repeat(stamp, EvidenceLimits.Timestamps)] }).ToJson();
        AssertUnwritable(certificate with { Timestamps = [.. Enumerable.Repeat(stamp, EvidenceLimits.Timestamps + 1)] });
        AssertUnwritable(certificate with { Timestamps = [stamp with { Token = new byte[EvidenceLimits.TokenBytes + 1] }] });
        AssertUnwritable(certificate with { Timestamps = [.. Enumerable.Repeat(stamp with { Token = new byte[EvidenceLimits.TokenBytes] }, 13)] });
        AssertUnwritable(certificate with { Claims = null });
        AssertUnwritable(certificate with { Statement = "\uD800" });
        Assert.Throws<MalformedException>(() => Certificate.Parse(new byte[EvidenceLimits.CertificateBytes + 1]));
        Assert.Throws<MalformedException>(() => Certificate.Parse(new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}' }));
    }

    [Fact]
    public void Whatever_is_done_to_its_bytes_it_parses_and_prints_or_is_refused()
    {
        var original = EvidenceSamples.Stamped(1).ToJson();
        var parsed = 0;
        foreach (var mutated in ByteMutations.Of(original, seed: 6))
        {
            try
            {
                var certificate = Certificate.Parse(mutated);
                Assert.Equal(certificate, Certificate.Parse(certificate.ToJson()));
                parsed++;
            }
            catch (MalformedException)
            {
                // The other of the two outcomes.
            }
        }

        Assert.NotEqual(0, parsed);
    }

    private static void AssertUnwritable(Certificate certificate) =>
        Assert.Throws<InvalidOperationException>(certificate.ToJson);

    private static Certificate Parse(string json) => Certificate.Parse(Encoding.UTF8.GetBytes(json));
}
