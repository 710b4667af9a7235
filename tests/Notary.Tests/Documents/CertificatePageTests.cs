using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Documents;

/// <summary>certificate.html says what the certificate says, no more and no less, whatever is in it.</summary>
public sealed partial class CertificatePageTests
{
    private const string Hostile = "</title><script>alert(1)</script><img src=x onerror='alert(2)'> & \"quoted\" שלום";

    private readonly TestLedger ledger = new();

    [Fact]
    public void Equal_certificates_give_equal_bytes_and_a_round_trip_changes_none()
    {
        var certificate = EvidenceSamples.Stamped(EvidenceSamples.Folder);

        Assert.Equal(CertificatePage.Secrecy(certificate), CertificatePage.Secrecy(Certificate.Parse(certificate.ToJson())));
        Assert.Equal(CertificatePage.Disclosure(EvidenceSamples.Disclosed()), CertificatePage.Disclosure(EvidenceSamples.Read(EvidenceSamples.Pack(EvidenceSamples.Disclosed()))));
    }

    /// <summary>Whoever changes what the page says or how it looks raises its layout number, and writes the new digests down.</summary>
    [Fact]
    public void Pages_of_one_layout_have_the_same_bytes_in_every_version()
    {
        var known = File.ReadAllLines(Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "Golden", "certificate-layout-2.sha256"));

        Assert.Contains("Layout 2.", Secrecy(EvidenceSamples.Certificate(0)), StringComparison.Ordinal);
        string[] made =
        [
            $"{Hash.Of(CertificatePage.Secrecy(EvidenceSamples.Stamped(EvidenceSamples.Folder)))}  secrecy",
            $"{Hash.Of(CertificatePage.Disclosure(EvidenceSamples.Disclosed()))}  disclosure",
            $"{Hash.Of(CertificatePage.Secrecy(EvidenceSamples.Stamped(EvidenceSamples.Folder), new TestLedger().PolicyWith([new TestWitness("w.example")], "quorum none\n")))}  witnesses",
        ];
        Assert.True(made.SequenceEqual(known), string.Join('\n', made));
    }

    [Fact]
    public void Every_value_on_the_page_is_one_of_the_certificate()
    {
        var (deposit, certificate) = Rich();
        var known = string.Join('\n', deposit.Statement.ToText(), deposit.Claims.ToText(), deposit.Request.Request.ToText(), certificate.Proof);
        var proof = TlogProof.Parse(certificate.Proof);
        string[] derived =
        [
            CertificateNumbers.OfCertificate(certificate), CertificateNumbers.OfDeposit(deposit.Id), CertificateNumbers.OfDeposit(deposit.Request.Request.Previous!.Value),
            Hash.Of(certificate.ToJson()).ToString(), $"{proof.Checkpoint.Size} {proof.Checkpoint.Root}", $"{ledger.Origin}, Ed25519, key {ledger.Key.Verifier.KeyId:x8}",
            "2026-11-22 00:00:02.000 UTC", "2026-11-22 08:00:02.000 UTC+8", "2026-11-22 00:00:00.902 UTC", "2026-11-22 08:00:00.902 UTC+8",
            "2026-10-01 12:00:00.000 UTC", "2026-10-01 20:00:00.000 UTC+8",
            "witness.example/w (2026-11-22 01:00:00.000 UTC = 2026-11-22 09:00:00.000 UTC+8)",
        ];

        var values = Values(Secrecy(certificate));

        Assert.All(values, value => Assert.True(known.Contains(value, StringComparison.Ordinal) || derived.Contains(value), value));
        Assert.All(derived, value => Assert.Contains(value, values));
    }

    public static TheoryData<string, string> Fields => new()
    {
        { "title", "另一名称" }, { "kind", "other-kind" }, { "depositor", "另一存证人" }, { "account", "other" }, { "identity", "91330100799655058B" },
        { "method", "face to face" }, { "received", "2026-11-23 04:05:06.007 UTC" }, { "accuracy", "345 ms" }, { "beacon", "bitcoin 812345" },
        { "requested", "2026-11-21 10:11:12.013 UTC" }, { "previous", "01A20132-3F80-7000-8000-000000000009-" }, { "witness", "other.example/w" },
        { "index", "index 2, " }, { "size", "it had 5 entries" },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_changed_field_changes_the_page_to_its_new_value(string field, string shown)
    {
        var before = Secrecy(Rich().Certificate);
        var after = Secrecy(Rich(field).Certificate);

        Assert.DoesNotContain(shown, before, StringComparison.Ordinal);
        Assert.Contains(shown, after, StringComparison.Ordinal);
    }

    [Fact]
    public void Witnesses_are_counted_by_name_under_a_trust_file_and_without_one_only_named()
    {
        var (one, two, three, stranger) = (new TestWitness("one.example"), new TestWitness("two.example"), new TestWitness("three.example"), new TestWitness("stranger.example"));
        var hour = TestLedger.Created.AddHours(1);
        var deposit = ledger.Deposit();
        var certificate = deposit.Certificate(null, one.At(hour), stranger.At(hour), TestWitness.With(new byte[32], "two.example").At(hour));
        var policy = ledger.PolicyWith([one, two, three], "quorum none\n");

        var counted = Encoding.UTF8.GetString(CertificatePage.Secrecy(certificate, policy));
        var named = Secrecy(certificate);

        Assert.Contains("1 of the 3 witnesses of the trust file cosigned this checkpoint", counted, StringComparison.Ordinal);
        Assert.Contains("信任文件所列 3 个见证方中有 1 个联署了本检查点", counted, StringComparison.Ordinal);
        Assert.Matches("cosigned this checkpoint.*one\\.example \\(2026.*without a valid cosignature.*two\\.example<.*three\\.example<.*does not list.*stranger\\.example", counted.ReplaceLineEndings(" "));
        Assert.DoesNotContain("three.example", named, StringComparison.Ordinal);
        Assert.Contains("3 on the checkpoint; of how many witnesses, a trust file says", named, StringComparison.Ordinal);
        Assert.Contains("1 of the 3 witnesses of the trust file", Encoding.UTF8.GetString(ReportPage.Html(Runs.Of(Evidence.FromCertificate(certificate), new VerifierInputs(policy)))), StringComparison.Ordinal);

        var page = CertificatePage.AddTo(Evidence.FromCertificate(certificate), policy);
        Assert.Contains("byte for byte", Assert.Single(CertificatePage.Compare(page, policy)).English, StringComparison.Ordinal);
        Assert.Contains("NOT what this program renders", Compare(page), StringComparison.Ordinal);
        Assert.Equal(CertificatePage.Secrecy(certificate), CertificatePage.Secrecy(certificate, ledger.Policy));
    }

    [Fact]
    public void Time_stamps_say_their_time_and_one_that_does_not_hold_says_none()
    {
        var certificate = ledger.Deposit().Certificate();
        var token = new TestAuthority("A").Stamp(Encoding.UTF8.GetBytes(certificate.Checkpoint!), TestLedger.Created.AddHours(2));
        var page = Secrecy(certificate with
        {
            Timestamps = [new TimestampToken(TimestampToken.OverCheckpoint, token, null), new TimestampToken(TimestampToken.OverCommitment, token, null)],
        });

        Assert.Contains("over a checkpoint, saying 2026-11-22 02:00:00.000 UTC = 2026-11-22 10:00:00.000 UTC+8", page, StringComparison.Ordinal);
        Assert.Contains("over the commitment, one that does not hold", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_certificate_does_not_have_the_page_does_not_claim()
    {
        var plain = Secrecy(ledger.Deposit().Certificate());

        foreach (var absent in (string[])[">身份标识<", ">身份核验<", ">登记密钥<", ">存证名称<", ">前序存证<", ">不早于区块<", "公证", "备案", "等保", "区块链数字存证"])
            Assert.DoesNotContain(absent, plain, StringComparison.Ordinal);
        var withheld = Secrecy(ledger.Deposit().Certificate() with { Claims = null, Request = null });
        Assert.DoesNotContain("local", withheld, StringComparison.Ordinal);
        Assert.Contains("本证书未披露", withheld, StringComparison.Ordinal);
    }

    [Fact]
    public void The_secrecy_copy_tells_nothing_of_the_documents_and_the_disclosure_copy_what_is_shown()
    {
        var deposit = ledger.Deposit(("设计/rotor.step", "abc"), ("hidden.txt", "defg"), ("shown.txt", "x"));
        var secrecy = Secrecy(deposit.Certificate());
        var disclosure = Disclosure(deposit.Disclose(true, "shown.txt"));
        var whole = Disclosure(deposit.Evidence());

        foreach (var item in deposit.Items)
        {
            Assert.DoesNotContain(item.Path, secrecy, StringComparison.Ordinal);
            Assert.DoesNotContain(item.Sha256.ToString(), secrecy, StringComparison.Ordinal);
            Assert.Contains(item.Path, whole, StringComparison.Ordinal);
            Assert.Contains(item.Sha256.ToString(), whole, StringComparison.Ordinal);
            Assert.Equal(item.Path == "shown.txt", disclosure.Contains(item.Path, StringComparison.Ordinal));
            Assert.Equal(item.Path == "shown.txt", disclosure.Contains(item.Sha256.ToString(), StringComparison.Ordinal));
        }

        Assert.DoesNotContain("文件总数", secrecy, StringComparison.Ordinal);
        Assert.Contains("文件总数", whole, StringComparison.Ordinal);
        var anonymous = Disclosure(deposit.Disclose(false, "hidden.txt"));
        Assert.DoesNotContain("hidden.txt", anonymous, StringComparison.Ordinal);
        Assert.Contains("名称未披露", anonymous, StringComparison.Ordinal);
    }

    [Fact]
    public void Markup_and_direction_marks_are_shown_not_obeyed()
    {
        var deposit = ledger.Deposit(new DepositPlan
        {
            Files = [("a\u202egnp.<b>exe</b>", "abc")],
            BendRequest = request => request with { Title = Hostile },
            BendClaims = claims => claims with { Depositor = "A & B <Ltd>", Identity = "x:<i>'\"" },
        });

        var page = Disclosure(deposit.Evidence());

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', page);
        Assert.Contains("a\\u{202e}gnp.&lt;b&gt;exe&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.Contains($"<bdi>{WebUtility.HtmlEncode(Hostile)}</bdi>", page, StringComparison.Ordinal);
        Assert.Contains("<bdi>A &amp; B &lt;Ltd&gt;</bdi>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_fetches_nothing_and_runs_nothing()
    {
        var page = Disclosure(EvidenceSamples.Full(EvidenceSamples.Folder));

        Assert.DoesNotMatch("(?i)(src|href|action|srcset)=|@import|url\\(|<script|<link|<iframe|<object", page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_certificate_shows_what_does_not_hold()
    {
        var deposit = ledger.Deposit();
        var forged = deposit.Certificate() with { Statement = (deposit.Statement with { Received = TestLedger.Created.AddYears(-1) }).ToText() };

        Assert.Contains("不通过", Secrecy(forged), StringComparison.Ordinal);
        Assert.DoesNotContain("不通过", Secrecy(deposit.Certificate()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_hours_of_the_calendar_have_a_page_too()
    {
        var last = new DateTimeOffset(9999, 12, 31, 23, 59, 59, 999, TimeSpan.Zero);
        var deposit = ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { Received = last } });

        Assert.Contains("9999-12-31 23:59:59.999 UTC", Secrecy(deposit.Certificate()), StringComparison.Ordinal);
    }

    [Fact]
    public void Thousands_of_documents_make_a_page_of_bounded_size()
    {
        var files = Enumerable.Range(0, 2_000).Select(i => (string.Create(CultureInfo.InvariantCulture, $"f{i:d4}"), "x")).ToArray();

        var page = CertificatePage.Disclosure(ledger.Deposit(files).Evidence());

        Assert.InRange(page.Length, 100_000, 500_000);
        Assert.Contains("另有 1,500 项", Encoding.UTF8.GetString(page), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_in_a_package_is_compared_and_never_believed()
    {
        var evidence = ledger.Deposit().Evidence();
        var html = Encoding.UTF8.GetString(CertificatePage.Secrecy(evidence.Certificate));

        Assert.Empty(CertificatePage.Compare(evidence, ledger.Policy));
        Assert.Contains("byte for byte", Compare(CertificatePage.AddTo(evidence)), StringComparison.Ordinal);
        Assert.Contains("byte for byte", Compare(With(evidence, Encoding.UTF8.GetString(CertificatePage.Disclosure(evidence)))), StringComparison.Ordinal);
        foreach (var planted in (string[])["", "<p>PASS</p>", html + " ", html.Replace("未核验", "通过", StringComparison.Ordinal)])
            Assert.Contains("NOT what this program renders", Compare(With(evidence, planted)), StringComparison.Ordinal);
        var broken = Evidence.FromCertificate(new Certificate { Statement = "x", Proof = "x\n\ny" });
        Assert.Contains("NOT what this program renders", Compare(With(broken, html)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_of_a_package_is_the_same_with_the_documents_beside_it_and_without()
    {
        var opened = ledger.Deposit(("a.txt", "one"), ("b.txt", "two")).Disclose(false, "a.txt");
        var package = DisclosedPackage.Of(With(opened, Disclosure(opened)), ("a", "one"u8.ToArray()));

        Assert.Contains("byte for byte", Compare(EvidenceSamples.Read(package.Zip())), StringComparison.Ordinal);
    }

    /// <summary>A certificate with every field that there is, one of them as told.</summary>
    private static (TestDeposit Deposit, Certificate Certificate) Rich(string field = "")
    {
        var own = new TestLedger();
        if (field == "index")
            own.Deposit();
        var deposit = own.Deposit(new DepositPlan
        {
            Account = field == "account" ? "other" : "linghang",
            Key = SigningKey.Create(field == "account" ? "other" : "linghang", TestLedger.Seed(7)),
            Received = field == "received" ? new(2026, 11, 23, 4, 5, 6, 7, TimeSpan.Zero) : TestLedger.Created.AddSeconds(2),
            BendRequest = request => request with
            {
                Title = field == "title" ? "另一名称" : "Rotor, 修订 C",
                Kind = field == "kind" ? "other-kind" : "trade-secret",
                Requested = field == "requested" ? new(2026, 11, 21, 10, 11, 12, 13, TimeSpan.Zero) : request.Requested,
                Previous = DepositId.TryParse($"01a20132-3f80-7000-8000-00000000000{(field == "previous" ? 9 : 8)}", out var previous) ? previous : null,
            },
            BendClaims = claims => claims with
            {
                Depositor = field == "depositor" ? "另一存证人" : "上海领航精密有限公司",
                Identity = field == "identity" ? "uscc:91330100799655058B" : "passport:P1",
                Verified = new IdentityVerification(field == "method" ? "face to face" : "bank transfer", new(2026, 10, 1, 12, 0, 0, TimeSpan.Zero)),
            },
            BendStatement = statement => statement with
            {
                AccuracyMilliseconds = field == "accuracy" ? 345UL : 12,
                Beacon = new BitcoinBeacon(field == "beacon" ? 812345UL : 800001, Hash.Of([1])),
            },
        });
        var witness = new TestWitness(field == "witness" ? "other.example/w" : "witness.example/w");
        own.Grow(field == "size" ? 5UL : 4);
        return (deposit, deposit.Certificate(null, witness.At(TestLedger.Created.AddHours(1))));
    }

    private static string Secrecy(Certificate certificate) => Encoding.UTF8.GetString(CertificatePage.Secrecy(certificate));

    private static string Disclosure(Evidence evidence) => Encoding.UTF8.GetString(CertificatePage.Disclosure(evidence));

    private static Evidence With(Evidence evidence, string page) =>
        evidence.WithPages([new Attachment(Evidence.HtmlPage, Encoding.UTF8.GetBytes(page))]);

    private static string Compare(Evidence evidence) => Assert.Single(CertificatePage.Compare(evidence, TrustPolicy.Parse("quorum none\n"))).English;

    private static List<string> Values(string page) => [.. Value().Matches(page).Select(match => WebUtility.HtmlDecode(match.Groups[2].Value))];

    [GeneratedRegex("<(code|bdi)>(.*?)</\\1>")]
    private static partial Regex Value();
}
