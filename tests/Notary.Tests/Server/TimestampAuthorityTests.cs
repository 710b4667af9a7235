using System.Net;
using System.Net.Http.Headers;
using System.Numerics;
using System.Security.Cryptography;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>The server's own time-stamping authority: what it grants, what it refuses, and what it must never say twice.</summary>
public sealed class TimestampAuthorityTests : IAsyncLifetime
{
    private const string Sha1 = "1.3.14.3.2.26";

    private static readonly MessageImprint Imprint = MessageImprint.Of(Hash.Of("abc"u8));

    private readonly TemporaryFolder folder = new();
    private readonly ManualClock clock = new();
    private readonly HttpClient http = new();
    private TimestampCa ca = null!;
    private NotaryServer? server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string CertificateFile => Path.Combine(folder.Path, "tsa.pem");

    private string KeyFile => Path.Combine(folder.Path, "tsa.key");

    public async ValueTask InitializeAsync()
    {
        using var random = RandomNumberGenerator.Create();
        ca = TimestampCa.Create("Test", clock.GetUtcNow().AddDays(-1), random);
        Write(CertificateFile, ca.AuthorityChain);
        Write(KeyFile, ca.AuthorityKey);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        http.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(TimestampOids.Sha256, 32), InlineData(TimestampOids.Sha384, 48), InlineData(TimestampOids.Sha512, 64)]
    public async Task A_digest_is_stamped_with_the_nonce_and_the_time(string algorithm, int size)
    {
        var query = new TimestampQuery(new MessageImprint(algorithm, new byte[size])) { Nonce = new byte[] { 7, 8, 9 }, WantsCertificate = true };

        var verdict = Verify(await GrantedAsync(query), query.Imprint);

        Assert.Equal((TokenStanding.Verified, null), (verdict.Standing, verdict.Problem));
        Assert.Equal("Test time-stamping", verdict.Authority);
        Assert.Equal((clock.GetUtcNow(), null), (verdict.Info!.Time, verdict.Info.Accuracy));
        Assert.Equal(new byte[] { 7, 8, 9 }, verdict.Info.Nonce!.Value.ToArray());
        Assert.Equal(TimestampAuthority.DefaultPolicy, verdict.Info.Policy);
    }

    [Fact]
    public async Task The_certificate_comes_only_when_it_is_asked_for_and_the_chain_is_served()
    {
        var bare = await GrantedAsync(new TimestampQuery(Imprint));
        var full = await GrantedAsync(new TimestampQuery(Imprint) { WantsCertificate = true });
        using var chain = await http.GetAsync(new Uri(server!.WebAddress, "tsa/chain.pem"), Cancellation);

        Assert.InRange(full.Length - bare.Length, 300, 1_000);
        Assert.Equal(TokenStanding.Refused, TimestampVerification.Verify(bare, Imprint, TimestampRoots.Parse(ca.RootCertificate)).Standing);
        Assert.Equal(TokenStanding.Verified, TimestampVerification.Verify(bare, Imprint, TimestampRoots.Parse(await chain.Content.ReadAsStringAsync(Cancellation))).Standing);
        Assert.Equal("application/x-pem-file", chain.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("PRIVATE", await chain.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serial_numbers_only_rise_across_restarts_and_however_many_ask()
    {
        var serials = new List<BigInteger>();
        for (var start = 0; start < 3; start++)
        {
            var tokens = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => GrantedAsync(new TimestampQuery(Imprint) { WantsCertificate = true })));
            var mine = tokens.Select(token => Serial(token)).Order().ToList();
            Assert.Equal(50, mine.Distinct().Count());
            if (serials.Count > 0)
                Assert.True(mine[0] > serials[^1], "a restart repeats or lowers a serial number");
            serials.AddRange(mine);
            await RestartAsync();
        }
    }

    [Fact]
    public async Task A_lost_or_an_older_file_of_serials_repeats_none()
    {
        var file = Path.Combine(folder.Path, "data", "tsa.serials");
        var old = await File.ReadAllBytesAsync(file, Cancellation);
        var before = Serial(await GrantedAsync(new TimestampQuery(Imprint)));
        foreach (var damage in (Action[])[() => File.Delete(file), () => File.WriteAllBytes(file, old)])
        {
            clock.Move(TimeSpan.FromSeconds(10));
            await RestartAsync(damage);
            var after = Serial(await GrantedAsync(new TimestampQuery(Imprint)));
            Assert.True(after > before);
            before = after;
        }

        // The clock went back too, and the file is there: it decides.
        await server!.DisposeAsync();
        var serials = TimestampSerials.Open(file, DateTimeOffset.UnixEpoch);
        Assert.True(serials.Next() > before);
        File.WriteAllText(file, "notary.tsa-serials/v1 12x\n");
        Assert.Throws<LedgerRefusedException>(() => TimestampSerials.Open(file, clock.GetUtcNow()));
    }

    [Fact]
    public async Task While_the_clock_is_behind_what_it_told_no_time_is_told()
    {
        clock.Move(TimeSpan.FromHours(-1));
        var refused = await AskAsync(new TimestampQuery(Imprint).ToDer());
        clock.Move(TimeSpan.FromHours(2));
        var granted = await AskAsync(new TimestampQuery(Imprint).ToDer());

        Assert.Equal((TimestampFailure.TimeNotAvailable, "the clock of the ledger is 3600.0 s behind its newest entry, and received times never go backwards"), (refused.Failure, refused.Text));
        Assert.NotNull(granted.Token);
    }

    public static TheoryData<string, TimestampFailure> Refusals => new()
    {
        { "SHA-1", TimestampFailure.BadAlgorithm },
        { "a digest of another length", TimestampFailure.BadDataFormat },
        { "another policy", TimestampFailure.UnacceptedPolicy },
        { "an extension", TimestampFailure.UnacceptedExtension },
        { "no query", TimestampFailure.BadDataFormat },
        { "nothing", TimestampFailure.BadDataFormat },
        { "a long nonce", TimestampFailure.BadDataFormat },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_it_does_not_stamp_is_refused_in_rfc_3161s_words(string what, TimestampFailure failure)
    {
        var query = what switch
        {
            "SHA-1" => new TimestampQuery(new MessageImprint(Sha1, new byte[20])).ToDer(),
            "a digest of another length" => new TimestampQuery(new MessageImprint(TimestampOids.Sha256, new byte[31])).ToDer(),
            "another policy" => new TimestampQuery(Imprint) { Policy = "1.2.3.4.1" }.ToDer(),
            // [0] EXPLICIT-less Extensions behind the imprint.
            "an extension" => [0x30, (byte)(new TimestampQuery(Imprint).ToDer().Length + 2), .. new TimestampQuery(Imprint).ToDer().AsSpan(2), 0xA0, 0x02, 0x05, 0x00],
            "no query" => "hello"u8.ToArray(),
            "nothing" => [],
            "a long nonce" => new TimestampQuery(Imprint) { Nonce = Enumerable.Repeat((byte)0x55, 65).ToArray() }.ToDer(),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };

        var reply = await AskAsync(query);

        Assert.Equal((null, failure), (reply.Token, reply.Failure));
        Assert.NotEmpty(reply.Text);
    }

    [Fact]
    public async Task The_path_takes_queries_of_the_right_kind_and_size_alone()
    {
        var uri = new Uri(server!.WebAddress, "tsa");
        using var small = new ByteArrayContent(new TimestampQuery(Imprint).ToDer());
        small.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var large = new ByteArrayContent(new byte[TimestampLimits.QueryBytes + 1]);
        large.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var elsewhere = new ByteArrayContent([1]);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await http.PostAsync(uri, small, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await http.PostAsync(uri, large, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.GetAsync(uri, Cancellation)).StatusCode);
        Assert.NotEqual(HttpStatusCode.OK, (await http.PostAsync(new Uri(server.WebAddress, "checkpoint"), elsewhere, Cancellation)).StatusCode);
    }

    public static TheoryData<string, string> Unfit => new()
    {
        { "a key for others to read", "may be read or written by others than its owner" },
        { "another key", "is not the private key" },
        { "no key", "cannot be read" },
        { "the root's certificate", "not for time-stamping alone" },
        { "no certificate", "holds no certificate in PEM" },
        { "a certificate that has ended", "not valid at the token's own time" },
        { "another root", "leads to no time-stamping root" },
        { "a policy that is none", "is no object identifier" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task What_nobody_could_verify_is_refused_at_the_start(string what, string words)
    {
        await server!.DisposeAsync();
        using var random = RandomNumberGenerator.Create();
        var other = TimestampCa.Create("Other", clock.GetUtcNow().AddYears(what == "a certificate that has ended" ? -15 : 0), random);
        var policy = what == "a policy that is none" ? "1.2.x" : null;
        switch (what)
        {
            case "a key for others to read":
                Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes");
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);
                break;
            case "another key":
                Write(KeyFile, other.AuthorityKey);
                break;
            case "no key":
                File.Delete(KeyFile);
                break;
            case "the root's certificate":
                (CertificateText, KeyText) = (ca.RootCertificate, ca.RootKey);
                break;
            case "no certificate":
                CertificateText = "hello";
                break;
            case "a certificate that has ended":
                (CertificateText, KeyText) = (other.AuthorityChain, other.AuthorityKey);
                break;
            case "another root":
                CertificateText = ca.AuthorityChain[..ca.AuthorityChain.IndexOf("-----BEGIN", 10, StringComparison.Ordinal)] + other.RootCertificate;
                break;
        }

        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => StartAsync(policy));
        Assert.Contains(words, refused.Problem, StringComparison.Ordinal);
        // Nothing holds the folder any more.
        server = await NotaryServer.StartAsync(RunningServer.Options(Path.Combine(folder.Path, "data")), Cancellation);
    }

    private string CertificateText { set => Write(CertificateFile, value); }

    private string KeyText { set => Write(KeyFile, value); }

    private static void Write(string path, string text)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }

    private static BigInteger Serial(byte[] token)
    {
        var cms = new System.Security.Cryptography.Pkcs.SignedCms();
        cms.Decode(token);
        return new BigInteger(TimestampInfo.Parse(cms.ContentInfo.Content).Serial.Span, isUnsigned: false, isBigEndian: true);
    }

    private TokenVerdict Verify(byte[] token, MessageImprint imprint) =>
        TimestampVerification.Verify(token, imprint, TimestampRoots.Parse(ca.RootCertificate));

    private async Task StartAsync(string? policy = null)
    {
        var options = RunningServer.Options(Path.Combine(folder.Path, "data"));
        server = await NotaryServer.StartAsync(
            new ServerOptions
            {
                DataDirectory = options.DataDirectory,
                Origin = options.Origin,
                Listen = options.Listen,
                Web = options.Web,
                TimeProvider = clock,
                Authority = new AuthorityOptions(CertificateFile, KeyFile, policy),
            },
            Cancellation);
    }

    private async Task RestartAsync(Action? between = null)
    {
        await server!.DisposeAsync();
        between?.Invoke();
        await StartAsync();
    }

    private async Task<byte[]> GrantedAsync(TimestampQuery query)
    {
        var reply = await AskAsync(query.ToDer());
        Assert.True(reply.Token is not null, reply.Text);
        return reply.Token!.Value.ToArray();
    }

    private async Task<TimestampReply> AskAsync(byte[] query)
    {
        using var content = new ByteArrayContent(query);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var response = await http.PostAsync(new Uri(server!.WebAddress, "tsa"), content, Cancellation);
        Assert.Equal((HttpStatusCode.OK, "application/timestamp-reply"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return TimestampReply.Parse(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }
}
