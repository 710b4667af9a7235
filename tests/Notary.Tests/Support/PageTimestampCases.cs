using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>Evidence with RFC 3161 tokens of every kind, for the verifier of the page and ours to agree on.</summary>
internal static class PageTimestampCases
{
    public const string Sha1 = "1.3.14.3.2.26";
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    private static readonly TestLedger Ledger = new();
    private static readonly TestDeposit Deposit = Ledger.Deposit();
    private static readonly byte[] Trust;
    private static readonly DateTimeOffset Seen = TestLedger.Created.AddSeconds(30);
    private static readonly TestAuthority Authority = new();
    private static readonly TestAuthority Stranger = new("Stranger");

    static PageTimestampCases()
    {
        Ledger.Grow(9);
        Trust = Encoding.UTF8.GetBytes($"log {Ledger.Key.Verifier}\nquorum none\n");
    }

    /// <summary>What an honest token is over.</summary>
    public static byte[] Checkpoint => Encoding.UTF8.GetBytes(Certificate.CheckpointOf(Deposit.Certificate().Proof)!);

    private static TokenPlan Honest => new() { Imprint = MessageImprint.Of(Hash.Of(Checkpoint)), Time = Seen };

    /// <summary>A certificate with these tokens over its own checkpoint.</summary>
    /// <param name="name">For a failed test to say.</param>
    /// <param name="roots">PEM; null for none.</param>
    /// <param name="tokens">In DER.</param>
    public static PageCase Of(string name, string? roots, params byte[][] tokens) => With(name, roots, [.. tokens.Select(token => new TimestampToken(TimestampToken.OverCheckpoint, token, null))]);

    /// <summary>One token that is honest but for one thing, under roots, under others and under none.</summary>
    public static IEnumerable<PageCase> Single()
    {
        foreach (var (name, plan) in Plans())
        {
            var token = Authority.Stamp(plan);
            yield return Of(name, Pem(Authority.Root), token);
            yield return Of(name + ", no roots", null, token);
            yield return Of(name + ", another's roots", Pem(Stranger.Root), token);
        }

        foreach (var (name, token) in Tokens())
        {
            yield return Of(name, Pem(Authority.Root), token);
            yield return Of(name + ", no roots", null, token);
        }
    }

    /// <summary>Several tokens, over several things, and files of roots.</summary>
    public static IEnumerable<PageCase> Evidence()
    {
        var (honest, foreign) = (Authority.Stamp(Honest), Stranger.Stamp(Honest));
        var (root, signer) = (Pem(Authority.Root), Pem(SignerOf(honest)));
        yield return Of("three of one authority", root, Authority.Stamp(Honest with { Time = Seen.AddHours(2) }), honest, Authority.Stamp(Honest with { Time = Seen }));
        yield return Of("two authorities at one time", root + Pem(Stranger.Root), honest, foreign);
        yield return Of("one trusted of two", root, foreign, Authority.Stamp(Honest with { Time = Seen.AddHours(1) }));
        yield return Of("one broken of two", root, honest, Authority.Stamp(Honest with { Imprint = MessageImprint.Of(Hash.Of("abc"u8)) }));
        yield return Of("two that nobody trusts", null, honest, foreign);
        yield return Of("days later", root, Authority.Stamp(Honest with { Time = Seen.AddDays(2) }));
        yield return Of("years before", root, Authority.Stamp(Honest with { Time = Seen.AddYears(-3) }));
        yield return Of("no token but roots", root);
        yield return Of("the signer's certificate among the roots", "Authority:\r\n" + root.ReplaceLineEndings("\r\n") + "\n" + signer, honest);
        yield return Of("the signer's certificate from the verifier alone", root + signer, WithoutCertificates(honest));
        yield return Of("no root", signer, honest);
        yield return Of("roots that are no PEM", "hello", honest);
        yield return Of("roots that are no certificates", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", honest);
        yield return Of("too long a file of roots", new string(' ', TimestampLimits.RootsBytes + 1), honest);
        yield return With("over the commitment", root, new TimestampToken(TimestampToken.OverCommitment, Authority.Stamp(Honest with { Imprint = MessageImprint.Of(Deposit.Statement.Commitment), Time = Seen.AddYears(-1) }), null));
        yield return With("over another commitment", root, new TimestampToken(TimestampToken.OverCommitment, honest, null));
        yield return With("over a later checkpoint", root, Over(7, Seen.AddHours(1)), Over(9, Seen.AddHours(-1)));
        yield return With("over another's checkpoint", root, Over(7, Seen) with { Proof = Ledger.Proof(Deposit.Index + 1, 7).ToString() });
        yield return With("over another proof", root, Over(7, Seen) with { Proof = Ledger.Proof(Deposit.Index, 5).ToString() });
        yield return With("over another ledger's checkpoint", root, Over(7, Seen) with { Proof = new TestLedger("ledger.example/other").Deposit().Certificate().Proof });
        yield return With("over a proof that is none", root, Over(7, Seen) with { Proof = "c2sp.org/tlog-proof@v1\n" });
        yield return new("of a ledger that is not trusted", WithTokens(new TimestampToken(TimestampToken.OverCheckpoint, honest, null)), Encoding.UTF8.GetBytes("quorum none\n")) { TsaRoots = Encoding.UTF8.GetBytes(root) };
        yield return new("of a statement that is none", (Deposit.Certificate() with { Statement = Ledger.Entries[0], Timestamps = [Over(7, Seen), new TimestampToken(TimestampToken.OverCommitment, honest, null)] }).ToJson(), Trust) { TsaRoots = Encoding.UTF8.GetBytes(root) };
    }

    /// <summary>Damaged copies of tokens, the same ones in every run.</summary>
    /// <param name="every">Takes one of so many.</param>
    public static IEnumerable<PageCase> Mutations(int seed, int every)
    {
        (string Name, TokenPlan Plan)[] plans = [("between", Honest with { Intermediate = true, WithV1 = true, Accuracy = TimeSpan.FromMilliseconds(1_500) }), ("RSA", Honest with { RsaBits = 2_048 })];
        foreach (var (name, plan) in plans)
        {
            var n = 0;
            var token = Authority.Stamp(plan);
            foreach (var mutated in ByteMutations.Of(token, seed))
            {
                // No certificate can hold an empty one.
                if (n++ % every == 0 && mutated.Length > 0)
                    yield return Of(string.Create(CultureInfo.InvariantCulture, $"{name}, mutation {n} at byte {token.AsSpan().CommonPrefixLength(mutated)} of {token.Length}"), n % 3 == 0 ? null : Pem(Authority.Root), mutated) with { HasSeveralFaults = true };
            }
        }
    }

    /// <summary>Doctored copies of a token that are DER again.</summary>
    public static IEnumerable<PageCase> Doctored(int seed, int count) =>
        DerMutations.Of(Authority.Stamp(Honest with { Intermediate = true, WithV1 = true, Accuracy = TimeSpan.FromMilliseconds(1_500) }), seed, count).Select((doctored, i) =>
            Of(string.Create(CultureInfo.InvariantCulture, $"doctored {i}"), i % 3 == 0 ? null : Pem(Authority.Root), doctored) with { HasSeveralFaults = true });

    private static IEnumerable<(string Name, TokenPlan Plan)> Plans()
    {
        var old = TestLedger.Created.AddYears(-1);
        yield return ("honest", Honest);
        yield return ("accuracy", Honest with { Accuracy = TimeSpan.FromMicroseconds(61_003_050) });
        yield return ("accuracy of a second", Honest with { Accuracy = TimeSpan.FromSeconds(10) });
        yield return ("accuracy of nothing", Honest with { Accuracy = TimeSpan.Zero });
        yield return ("nonce", Honest with { Nonce = new byte[] { 5, 6 } });
        yield return ("between", Honest with { Intermediate = true });
        yield return ("RSA between", Honest with { Intermediate = true, IntermediateRsaBits = 2_048 });
        yield return ("short RSA between", Honest with { Intermediate = true, IntermediateRsaBits = 1_024 });
        yield return ("older id", Honest with { WithV1 = true, WithV2 = false });
        yield return ("both ids", Honest with { WithV1 = true });
        yield return ("no id", Honest with { WithV2 = false });
        yield return ("another certificate named", Honest with { Named = new TestAuthority("Another").Root });
        yield return ("no key usage", Honest with { KeyUsage = null });
        yield return ("non-repudiation", Honest with { KeyUsage = X509KeyUsageFlags.NonRepudiation });
        yield return ("key for certificates too", Honest with { KeyUsage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign });
        yield return ("key for other uses too", Honest with { KeyUsage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement | X509KeyUsageFlags.DecipherOnly });
        yield return ("RSA and SHA-512", Honest with { RsaBits = 2_048, Digest = TimestampOids.Sha512 });
        yield return ("RSA of 3,072 bits", Honest with { RsaBits = 3_072 });
        yield return ("short RSA", Honest with { RsaBits = 1_024 });
        yield return ("SHA-384", Honest with { Digest = TimestampOids.Sha384 });
        yield return ("SHA-1", Honest with { Digest = Sha1 });
        yield return ("SHA-1 imprint", Honest with { Imprint = new MessageImprint(Sha1, new byte[20]) });
        yield return ("SHA-512 imprint", Honest with { Imprint = new MessageImprint(TimestampOids.Sha512, new byte[64]) });
        yield return ("other data", Honest with { Imprint = MessageImprint.Of(Hash.Of("abd"u8)) });
        yield return ("usage not critical", Honest with { IsCritical = false });
        yield return ("another usage beside", Honest with { Usages = [TimestampOids.TimeStamping, CodeSigning] });
        yield return ("another usage", Honest with { Usages = [CodeSigning] });
        yield return ("no usage", Honest with { Usages = [] });
        yield return ("a usage that is no DER", Honest with { Usages = [], Extensions = [new X509Extension("2.5.29.37", [0x30, 0x05, 0x06], critical: true)] });
        yield return ("expired since", Honest with { From = old, Until = Seen.AddDays(1) });
        yield return ("expired before", Honest with { From = old, Until = Seen.AddDays(-1) });
        yield return ("not yet valid", Honest with { From = Seen.AddDays(1), Until = Seen.AddDays(2) });
        yield return ("in its first second", Honest with { From = Seen, Until = Seen.AddDays(1) });
        yield return ("in its last second", Honest with { From = old, Until = Seen });
        yield return ("a second before its end", Honest with { From = old, Until = Seen.AddSeconds(1) });
        yield return ("no certificate", Honest with { WithCertificates = false });
        yield return ("two signers", Honest with { Signers = 2 });
        yield return ("plain data", Honest with { ContentType = "1.2.840.113549.1.7.1" });
        yield return ("detached", Honest with { Detached = true });
        yield return ("another text", Honest with { Content = [0x30, 0x00] });
        yield return ("a name that reorders", Honest with { Name = "PASS\u202Etsurt <b>" });
        yield return ("a long name", Honest with { Name = new string('x', 2_000) });
        yield return ("a Chinese name", Honest with { Name = "国家授时中心" });
        foreach (var time in (DateTimeOffset[])[DateTimeOffset.MinValue, DateTimeOffset.MaxValue, new(1949, 12, 31, 23, 59, 59, TimeSpan.Zero), new(2150, 1, 1, 0, 0, 0, TimeSpan.Zero), Seen.AddTicks(1_234_567)])
            yield return ($"at {Timestamp.Format(time)}", Honest with { Time = time });
        // Fractions that binary numbers do not hold, as .82 of a second.
        foreach (var milliseconds in (int[])[1, 10, 565, 694, 820, 999])
            yield return (string.Create(CultureInfo.InvariantCulture, $"{milliseconds} ms later"), Honest with { Time = Seen.AddMilliseconds(milliseconds) });
        string[] kinds = ["2.5.29.14", "2.5.29.17", "2.5.29.19", "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.35", "1.3.6.1.5.5.7.1.1", "1.2.3.4"];
        byte[][] contents = [[], [0x30], [0x30, 0x80], [0x30, 0x82, 0xFF, 0xFF], [0x05, 0x00], [0x04, 0x01, 0x00], [0x30, 0x00]];
        foreach (var (kind, content) in from kind in kinds from content in contents select (kind, content))
        {
            foreach (var isCritical in (bool[])[true, false])
                yield return ($"extension {kind} of {Convert.ToHexString(content)}, {(isCritical ? "critical" : "not critical")}", Honest with { Extensions = [new X509Extension(kind, content, isCritical)] });
        }
    }

    private static IEnumerable<(string Name, byte[] Token)> Tokens()
    {
        var honest = Authority.Stamp(Honest);
        foreach (var hex in (string[])["30", "300000", "30800000", "308100", "3003 0400", "3084 00000001 00", "30FF", "3F810100", "3000", "0500", "3006 2404 0402 0000"])
            yield return ($"bytes {hex}", Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        yield return ("followed", [.. honest, 0]);
        foreach (var depth in (int[])[31, 32, 33, 5_000])
            yield return (string.Create(CultureInfo.InvariantCulture, $"nested {depth} deep"), Nested(depth));
        var crowd = new SignedCms();
        crowd.Decode(honest);
        for (var i = 0; i < TimestampLimits.Certificates; i++)
            crowd.AddCertificate(new TestAuthority(string.Create(CultureInfo.InvariantCulture, $"Crowd {i}")).Root);
        yield return ("17 certificates", crowd.Encode());
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            for (var i = 0; i < 9_000; i++)
                writer.WriteNull();
        }

        yield return ("9,000 elements", writer.Encode());
    }

    private static byte[] WithoutCertificates(byte[] token)
    {
        var cms = new SignedCms();
        cms.Decode(token);
        foreach (var certificate in cms.Certificates)
            cms.RemoveCertificate(certificate);
        return cms.Encode();
    }

    private static TimestampToken Over(ulong size, DateTimeOffset time)
    {
        var proof = Ledger.Proof(Deposit.Index, size).ToString();
        return new TimestampToken(TimestampToken.OverCheckpoint, Authority.Stamp(Encoding.UTF8.GetBytes(Certificate.CheckpointOf(proof)!), time), proof);
    }

    private static PageCase With(string name, string? roots, params TimestampToken[] tokens) =>
        new(name, WithTokens(tokens), Trust) { TsaRoots = roots is null ? null : Encoding.UTF8.GetBytes(roots) };

    private static byte[] WithTokens(params TimestampToken[] tokens) => (Deposit.Certificate() with { Timestamps = tokens }).ToJson();

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static X509Certificate2 SignerOf(byte[] token)
    {
        var cms = new SignedCms();
        cms.Decode(token);
        return cms.SignerInfos[0].Certificate!;
    }

    private static byte[] Nested(int depth)
    {
        var inner = Array.Empty<byte>();
        for (var i = 0; i < depth; i++)
        {
            var writer = new AsnWriter(AsnEncodingRules.BER);
            using (writer.PushSequence())
            {
                if (inner.Length > 0)
                    writer.WriteEncodedValue(inner);
            }

            inner = writer.Encode();
        }

        return inner;
    }
}
