using System.Security.Cryptography.X509Certificates;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Which tokens count: RFC 3161 read strictly, judged as of the token's own time.</summary>
public sealed class TimestampVerificationTests
{
    private const string Sha1 = "1.3.14.3.2.26";
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    private static readonly DateTimeOffset Time = new(2026, 11, 22, 3, 10, 11, 123, TimeSpan.Zero);
    private static readonly MessageImprint Imprint = MessageImprint.Of(Hash.Of("abc"u8));
    private static readonly TokenPlan Honest = new() { Imprint = Imprint, Time = Time };
    private static readonly TestAuthority Authority = new();

    [Fact]
    public void An_honest_token_verifies_and_says_what_it_says()
    {
        var verdict = Verify(Honest with { Accuracy = TimeSpan.FromMilliseconds(1_500), Nonce = new byte[] { 5, 6 } });

        Assert.Equal((TokenStanding.Verified, null), (verdict.Standing, verdict.Problem));
        Assert.Equal("Test time-stamping", verdict.Authority);
        Assert.Equal((Time, TimeSpan.FromMilliseconds(1_500)), (verdict.Info!.Time, verdict.Info.Accuracy));
        Assert.Equal(new byte[] { 5, 6 }, verdict.Info.Nonce!.Value.ToArray());
    }

    [Fact]
    public void Other_honest_forms_verify_too()
    {
        TokenPlan[] plans =
        [
            Honest with { Intermediate = true },
            Honest with { Intermediate = true, IntermediateRsaBits = 2_048 },
            Honest with { WithV1 = true, WithV2 = false },
            Honest with { WithV1 = true },
            Honest with { KeyUsage = null },
            Honest with { KeyUsage = X509KeyUsageFlags.NonRepudiation },
            Honest with { RsaBits = 2_048, Digest = TimestampOids.Sha512 },
            Honest with { Digest = TimestampOids.Sha384 },
            Honest with { Time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        ];
        foreach (var plan in plans)
            Assert.Equal((TokenStanding.Verified, null), (Verify(plan).Standing, Verify(plan).Problem));
    }

    [Theory]
    [InlineData(TimestampOids.Sha384, 48)]
    [InlineData(TimestampOids.Sha512, 64)]
    public void An_imprint_by_a_longer_hash_is_read(string algorithm, int size)
    {
        var imprint = new MessageImprint(algorithm, new byte[size]);
        var token = Authority.Stamp(Honest with { Imprint = imprint });

        Assert.Equal(TokenStanding.Verified, TimestampVerification.Verify(token, imprint, Authority.Roots).Standing);
        Assert.Equal(TokenStanding.Refused, TimestampVerification.Verify(token, Imprint, Authority.Roots).Standing);
    }

    [Fact]
    public void A_chain_that_expired_since_says_nothing_against_a_token()
    {
        var old = new TestAuthority("Old", new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero), years: 5);
        DateTimeOffset At(int year) => new(year, 6, 1, 0, 0, 0, TimeSpan.Zero);
        TokenVerdict Judge(DateTimeOffset time) => TimestampVerification.Verify(old.Stamp("abc"u8, time), Imprint, old.Roots);

        Assert.Equal(TokenStanding.Verified, Judge(At(2005)).Standing);
        Assert.Equal(TokenStanding.Refused, Judge(At(2007)).Standing);
        Assert.Contains("not valid at the token's own time", Judge(At(2007)).Problem!.Value.English, StringComparison.Ordinal);
        Assert.Equal(TokenStanding.Refused, Judge(At(2000)).Standing);
    }

    [Fact]
    public void The_chains_ends_are_judged_to_the_second_in_utc()
    {
        // A mistake of one time zone would be hours.
        var plan = Honest with { From = Time.AddSeconds(-2), Until = Time.AddSeconds(2) };

        Assert.Equal(TokenStanding.Verified, Verify(plan).Standing);
        Assert.Equal(TokenStanding.Refused, Verify(plan with { Time = Time.AddSeconds(3) }).Standing);
        Assert.Equal(TokenStanding.Refused, Verify(plan with { Time = Time.AddSeconds(-3) }).Standing);
    }

    [Fact]
    public void An_authority_that_nobody_trusts_is_unknown_whatever_the_token_carries()
    {
        var stranger = new TestAuthority("Stranger");
        var token = stranger.Stamp("abc"u8, Time);

        var untrusted = TimestampVerification.Verify(token, Imprint, Authority.Roots);
        var rootless = TimestampVerification.Verify(token, Imprint, null);

        Assert.Equal(TokenStanding.UnknownAuthority, untrusted.Standing);
        Assert.Contains("no time-stamping root that you trust", untrusted.Problem!.Value.English, StringComparison.Ordinal);
        Assert.Equal(TokenStanding.UnknownAuthority, rootless.Standing);
        // Nothing that does not hold together is merely unknown.
        Assert.Equal(TokenStanding.Refused, TimestampVerification.Verify(token, MessageImprint.Of(Hash.Of("abd"u8)), null).Standing);
        Assert.Equal(TokenStanding.Refused, TimestampVerification.Verify(stranger.Stamp(Honest with { IsCritical = false }), Imprint, null).Standing);
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "other data", "is over other data" },
        { "usage not critical", "not for time-stamping alone" },
        { "another usage beside", "not for time-stamping alone" },
        { "another usage", "not for time-stamping alone" },
        { "no usage", "not for time-stamping alone" },
        { "key for certificates too", "for something else than signatures" },
        { "short RSA", "RSA key of 1024 bits" },
        { "short RSA between", "chain with an RSA key of fewer than 2048 bits" },
        { "a usage that is no DER", "certificate that cannot be read" },
        { "SHA-1 signature", "under a hash function that is not" },
        { "another certificate named", "certificate that it names" },
        { "no certificate named", "signingCertificate: is missing" },
        { "no certificate", "certificate that it names" },
        { "two signers", "has 2 signers" },
        { "plain data", "something else than a time-stamp" },
        { "no content", "not DER of the form" },
        { "another text as content", "not DER of the form" },
        { "SHA-1 imprint", "messageImprint" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_token_that_breaks_a_rule_is_refused_with_the_reason(string rule, string words)
    {
        var plan = rule switch
        {
            "other data" => Honest with { Imprint = MessageImprint.Of(Hash.Of("abd"u8)) },
            "usage not critical" => Honest with { IsCritical = false },
            "another usage beside" => Honest with { Usages = [TimestampOids.TimeStamping, CodeSigning] },
            "another usage" => Honest with { Usages = [CodeSigning] },
            "no usage" => Honest with { Usages = [] },
            "key for certificates too" => Honest with { KeyUsage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign },
            "short RSA" => Honest with { RsaBits = 1_024 },
            "short RSA between" => Honest with { Intermediate = true, IntermediateRsaBits = 1_024 },
            "a usage that is no DER" => Honest with { Usages = [], Extensions = [new X509Extension("2.5.29.37", [0x30, 0x05, 0x06], critical: true)] },
            "SHA-1 signature" => Honest with { Digest = Sha1 },
            "another certificate named" => Honest with { Named = new TestAuthority("Another").Root },
            "no certificate named" => Honest with { WithV2 = false },
            "no certificate" => Honest with { WithCertificates = false },
            "two signers" => Honest with { Signers = 2 },
            "plain data" => Honest with { ContentType = "1.2.840.113549.1.7.1" },
            "no content" => Honest with { Detached = true },
            "another text as content" => Honest with { Content = [0x30, 0x00] },
            "SHA-1 imprint" => Honest with { Imprint = new MessageImprint(Sha1, new byte[20]) },
            _ => throw new ArgumentOutOfRangeException(nameof(rule)),
        };

        var verdict = Verify(plan);

        Assert.Equal(TokenStanding.Refused, verdict.Standing);
        Assert.Contains(words, verdict.Problem!.Value.English, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', verdict.Problem!.Value.Chinese);
    }

    [Fact]
    public void The_verifiers_own_certificates_may_complete_a_chain()
    {
        var token = Authority.Stamp(Honest with { WithCertificates = false });
        Assert.Equal(TokenStanding.Refused, TimestampVerification.Verify(token, Imprint, Authority.Roots).Standing);

        var full = Authority.Stamp(Honest);
        var pem = Authority.Root.ExportCertificatePem() + "\n" + SignerOf(full).ExportCertificatePem();
        Assert.Equal(TokenStanding.Verified, TimestampVerification.Verify(full, Imprint, TimestampRoots.Parse(pem)).Standing);
    }

    [Fact]
    public void A_name_in_a_certificate_cannot_pass_for_other_text()
    {
        var verdict = Verify(Honest with { Name = "PASS\u202Etsurt" });
        Assert.Equal(TokenStanding.Verified, verdict.Standing);
        Assert.DoesNotContain('\u202E', verdict.Authority!);

        Assert.InRange(Verify(Honest with { Name = new string('x', 2_000) }).Authority!.Length, 1, 130);
    }

    [Fact]
    public void A_file_of_roots_holds_at_least_one()
    {
        var signer = SignerOf(Authority.Stamp(Honest)).ExportCertificatePem();
        foreach (var pem in (string[])["", "hello", signer, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", new string(' ', TimestampLimits.RootsBytes + 1)])
            Assert.Throws<MalformedException>(() => TimestampRoots.Parse(pem));
    }

    private static TokenVerdict Verify(TokenPlan plan) => TimestampVerification.Verify(Authority.Stamp(plan), Imprint, Authority.Roots);

    private static X509Certificate2 SignerOf(byte[] token)
    {
        var cms = new System.Security.Cryptography.Pkcs.SignedCms();
        cms.Decode(token);
        return cms.SignerInfos[0].Certificate!;
    }
}
