using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Bytes that want to be taken for time-stamps: each ends in a clear refusal, with little memory and time.</summary>
public sealed class TimestampHostileTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 3, 10, 11, 123, TimeSpan.Zero);
    private static readonly MessageImprint Imprint = MessageImprint.Of(Hash.Of("abc"u8));
    private static readonly TestAuthority Authority = new();
    private static readonly TimestampRoots Roots = Authority.Roots;

    [Fact]
    public void No_mutation_of_a_token_says_anything_else()
    {
        var token = Authority.Stamp(new TokenPlan { Imprint = Imprint, Time = Time, Intermediate = true });
        var honest = TimestampVerification.Verify(token, Imprint, Roots);
        Assert.Equal(TokenStanding.Verified, honest.Standing);
        var n = 0;
        foreach (var mutated in ByteMutations.Of(token, seed: 11))
        {
            var verdict = TimestampVerification.Verify(mutated, Imprint, Roots);
            // The certificate of an issuer, unsigned attributes and the like are not under the signature; what is said is.
            if (verdict.Standing == TokenStanding.Verified)
                Assert.Equal((honest.Info, honest.Authority), (verdict.Info, verdict.Authority));
            n++;
        }

        Assert.InRange(n, 3_000, 20_000);
    }

    [Fact]
    public void No_mutation_of_a_reply_or_a_query_ends_in_anything_but_a_refusal()
    {
        var token = Authority.Stamp(new TokenPlan { Imprint = Imprint, Time = Time });
        var query = new TimestampQuery(Imprint) { Policy = "1.2.3.4.1", Nonce = new byte[] { 5, 6, 7 }, WantsCertificate = true };
        Assert.Equal(query, TimestampQuery.Parse(query.ToDer()));
        byte[][] replies =
        [
            new TimestampReply((ReadOnlyMemory<byte>?)token).ToDer(),
            TimestampReply.Refuse(TimestampFailure.TimeNotAvailable, "the clock went back").ToDer(),
        ];
        foreach (var mutated in replies.SelectMany(reply => ByteMutations.Of(reply, seed: 12)))
            Try(() => TimestampReply.Parse(mutated));
        foreach (var mutated in ByteMutations.Of(query.ToDer(), seed: 13))
            Try(() => TimestampQuery.Parse(mutated));
    }

    [Theory]
    [InlineData(TimestampFailure.BadAlgorithm), InlineData(TimestampFailure.BadRequest), InlineData(TimestampFailure.BadDataFormat)]
    [InlineData(TimestampFailure.TimeNotAvailable), InlineData(TimestampFailure.UnacceptedPolicy), InlineData(TimestampFailure.UnacceptedExtension)]
    [InlineData(TimestampFailure.SystemFailure)]
    public void A_refusal_reads_back(TimestampFailure failure)
    {
        var reply = TimestampReply.Parse(TimestampReply.Refuse(failure, "时钟 is off").ToDer());

        Assert.Equal((null, failure, "时钟 is off"), (reply.Token, reply.Failure, reply.Text));
    }

    [Fact]
    public void A_token_of_a_hundred_megabytes_costs_nothing()
    {
        var huge = new byte[100_000_000];
        Authority.Stamp("abc"u8, Time).CopyTo(huge, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var verdict = TimestampVerification.Verify(huge, Imprint, Roots);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Contains("100,000,000 bytes (limit 65,536)", verdict.Problem!.Value.English, StringComparison.Ordinal);
        Assert.Throws<MalformedException>(() => TimestampReply.Parse(huge));
        Assert.Throws<MalformedException>(() => TimestampQuery.Parse(huge));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("30", "a length that is not DER")]
    [InlineData("3000 00", "is followed by other bytes")]
    [InlineData("3080 0000", "a length that is not DER")]
    [InlineData("308100", "a length that is not DER")]
    [InlineData("30820010", "a length that is not DER")]
    [InlineData("3003 0400", "a length that is not DER")]
    [InlineData("3003 0402 00", "a length that is not DER")]
    [InlineData("3002 0401", "a length that is not DER")]
    [InlineData("3084 00000001 00", "a length that is not DER")]
    [InlineData("30FF", "a length that is not DER")]
    [InlineData("3F8101 00", "a tag of several bytes")]
    [InlineData("3006 2404 0402 0000", "a string in parts")]
    [InlineData("3000", "is not CMS")]
    [InlineData("0500", "is not CMS")]
    public void Bytes_of_another_shape_are_refused(string hex, string words)
    {
        var verdict = TimestampVerification.Verify(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), Imprint, Roots);

        Assert.Equal(TokenStanding.Refused, verdict.Standing);
        Assert.Contains(words, verdict.Problem!.Value.English, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_and_crowds_of_elements_are_refused_before_anybody_parses_them()
    {
        Assert.Contains("nested more than 32 deep", Problem(Nested(33)), StringComparison.Ordinal);
        Assert.Contains("nested more than 32 deep", Problem(Nested(12_000)), StringComparison.Ordinal);
        Assert.Contains("is not CMS", Problem(Nested(32)), StringComparison.Ordinal);

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            for (var i = 0; i < 20_000; i++)
                writer.WriteNull();
        }

        Assert.Contains("more than 8,192 elements", Problem(writer.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_token_carries_beside_its_signer_is_limited()
    {
        // Certificates cost a search each when a chain is built.
        var cms = new System.Security.Cryptography.Pkcs.SignedCms();
        cms.Decode(Authority.Stamp("abc"u8, Time));
        for (var i = 0; i < TimestampLimits.Certificates; i++)
            cms.AddCertificate(new TestAuthority($"Crowd {i}").Root);

        Assert.Contains("certificates: has 17 (limit 16)", Problem(cms.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_extension_that_is_no_der_ends_in_a_verdict_whichever_it_is()
    {
        // Subject key, alternative names, basic constraints, name constraints, CRLs, policies, mappings, authority key, policy constraints, access, and one of nobody's.
        string[] kinds = ["2.5.29.14", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.35", "2.5.29.36", "1.3.6.1.5.5.7.1.1", "1.2.3.4"];
        byte[][] contents = [[], [0x30], [0x30, 0x80], [0x30, 0x82, 0xFF, 0xFF], [0x05, 0x00], [0x04, 0x01, 0x00]];
        foreach (var plan in from kind in kinds from content in contents from isCritical in (bool[])[true, false]
                             select new TokenPlan { Imprint = Imprint, Time = Time, Extensions = [new X509Extension(kind, content, isCritical)] })
        {
            var verdict = TimestampVerification.Verify(Authority.Stamp(plan), Imprint, Roots);
            // What is unknown and critical must not be passed over.
            if (plan.Extensions[0] is { Critical: true, Oid.Value: "1.2.3.4" })
                Assert.Equal(TokenStanding.Refused, verdict.Standing);
        }
    }

    [Fact]
    public void Times_at_the_ends_of_what_can_be_written_are_times_at_which_no_certificate_was_valid()
    {
        foreach (var time in (DateTimeOffset[])[DateTimeOffset.MinValue, DateTimeOffset.MaxValue, new(1949, 12, 31, 23, 59, 59, TimeSpan.Zero), new(2150, 1, 1, 0, 0, 0, TimeSpan.Zero)])
        {
            var verdict = TimestampVerification.Verify(Authority.Stamp(new TokenPlan { Imprint = Imprint, Time = time }), Imprint, Roots);
            Assert.Equal(TokenStanding.Refused, verdict.Standing);
            Assert.Contains("not valid at the token's own time", verdict.Problem!.Value.English, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Numbers_of_many_thousand_digits_cost_little()
    {
        // A policy of one number: 60,000 bytes, seven bits each.
        byte[] number = [.. Enumerable.Repeat((byte)0xFF, 59_999), 0x7F];
        byte[] policy = [0x06, 0x82, (byte)(number.Length >> 8), (byte)(number.Length & 0xFF), .. number];
        var info = new TimestampInfo { Policy = "1.2.3", Imprint = Imprint, Serial = Number(1), Time = Time }.ToDer();
        byte[] rest = [.. info[7..]];
        var length = 3 + policy.Length + rest.Length;
        byte[] content = [0x30, 0x82, (byte)(length >> 8), (byte)(length & 0xFF), 0x02, 0x01, 0x01, .. policy, .. rest];
        var token = Authority.Stamp(new TokenPlan { Imprint = Imprint, Time = Time, Content = content });
        Assert.InRange(token.Length, 60_000, EvidenceLimits.TokenBytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        TimestampVerification.Verify(token, Imprint, Roots);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
    }

    [Theory]
    [InlineData(TimestampLimits.SerialBytes + 1, 0, "serialNumber")]
    [InlineData(1, TimestampLimits.NonceBytes + 1, "nonce")]
    public void Long_numbers_are_refused(int serial, int nonce, string field)
    {
        var info = new TimestampInfo
        {
            Policy = "1.2.3", Imprint = Imprint, Serial = Number(serial), Time = Time, Nonce = nonce == 0 ? (ReadOnlyMemory<byte>?)null : Number(nonce),
        };

        Assert.Equal(field, Assert.Throws<MalformedException>(() => TimestampInfo.Parse(info.ToDer())).Field);
    }

    [Fact]
    public void What_is_written_reads_back()
    {
        foreach (var accuracy in (TimeSpan?[])[null, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(12), TimeSpan.FromMicroseconds(2_003_004)])
        {
            var info = new TimestampInfo { Policy = "2.25.340282366920938463463374607431768211455", Imprint = Imprint, Serial = Number(20), Time = Time, Accuracy = accuracy };
            var read = TimestampInfo.Parse(info.ToDer());
            Assert.Equal((info.Policy, info.Time, info.Accuracy, info.Imprint), (read.Policy, read.Time, read.Accuracy, read.Imprint));
            Assert.Equal(info.ToDer(), read.ToDer());
        }
    }

    /// <summary>Most thousandths have no end in binary, where the framework's reader counts them.</summary>
    [Fact]
    public void Every_millisecond_is_read_as_it_is_written()
    {
        var begin = new DateTimeOffset(2026, 11, 22, 3, 10, 59, TimeSpan.Zero);
        foreach (var milliseconds in Enumerable.Range(0, 1_000))
            Assert.Equal(begin.AddMilliseconds(milliseconds), Read($"20261122031059.{milliseconds:d3}"));
        // Finer than any clock, and rounded up it would be the next second.
        Assert.Equal(begin.AddTicks(9_999_999), Read("20261122031059." + new string('9', 30)));

        DateTimeOffset Read(string time)
        {
            byte[] spelled = [.. Encoding.ASCII.GetBytes(time.TrimEnd('0').TrimEnd('.')), (byte)'Z'];
            var info = new TimestampInfo { Policy = "1.2.3", Imprint = Imprint, Serial = Number(1), Time = begin }.ToDer();
            var at = info.AsSpan().IndexOf("20261122031059Z"u8);
            byte[] changed = [.. info[..(at - 1)], (byte)spelled.Length, .. spelled, .. info[(at + 15)..]];
            changed[1] += (byte)(spelled.Length - 15);
            return TimestampInfo.Parse(changed).Time;
        }
    }

    private static byte[] Number(int size) => [.. Enumerable.Repeat((byte)0x55, size)];

    private static string Problem(byte[] token) => TimestampVerification.Verify(token, Imprint, Roots).Problem!.Value.English;

    private static byte[] Nested(int depth)
    {
        var inner = new List<byte>();
        for (var i = 0; i < depth; i++)
        {
            byte[] length = inner.Count switch
            {
                < 0x80 => [(byte)inner.Count],
                < 0x100 => [0x81, (byte)inner.Count],
                _ => [0x82, (byte)(inner.Count >> 8), (byte)(inner.Count & 0xFF)],
            };
            inner.InsertRange(0, [0x30, .. length]);
        }

        return [.. inner];
    }

    private static void Try(Action parse)
    {
        try
        {
            parse();
        }
        catch (MalformedException)
        {
            // The one refusal that there is.
        }
    }
}
