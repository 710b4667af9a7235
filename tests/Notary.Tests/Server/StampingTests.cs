using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>The ledger's checkpoints stamped by outside authorities: by OpenSSL's, by one that lies, by none at all.</summary>
public sealed class StampingTests : IAsyncLifetime
{
    private readonly LedgerHarness harness = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly FailingRandom randomness = new();
    private readonly TestAuthority authority = new();
    private TestTimestampServer server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        harness.Open();
        server = await TestTimestampServer.StartAsync(query => Task.FromResult(Honest(query)));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await harness.DisposeAsync();
        http.Dispose();
        randomness.Dispose();
    }

    [Fact]
    public async Task A_checkpoint_is_stamped_once_and_again_when_the_ledger_has_grown()
    {
        var stamper = Create();
        await stamper.StepAsync(Cancellation);
        await stamper.StepAsync(Cancellation);
        await harness.DepositAsync();
        await stamper.StepAsync(Cancellation);

        Assert.Equal(2, server.Queries.Count);
        Assert.Equal((0, null, 2UL), (stamper.Standing.Failures, stamper.Standing.Problem, stamper.Standing.Size));
        Assert.Equal(TimeSpan.FromMinutes(1), stamper.Delay);
    }

    [Fact]
    public async Task The_certificate_carries_the_first_token_that_covers_the_entry_also_after_a_restart()
    {
        var early = await harness.DepositAsync();
        await Create().StepAsync(Cancellation);
        var late = await harness.DepositAsync();
        Assert.Single(Certificate(early).Timestamps);
        Assert.Empty(Certificate(late).Timestamps);
        await harness.DepositAsync();
        harness.Clock.Move(TimeSpan.FromMinutes(1));
        await Create().StepAsync(Cancellation);

        await harness.ReopenAsync();

        foreach (var (issued, size) in new[] { (early, 2UL), (late, 4UL) })
        {
            var certificate = Certificate(issued);
            var token = Assert.Single(certificate.Timestamps);
            Assert.Equal(size, TlogProof.Parse(token.Proof!).Checkpoint.Size);
            var report = Verifier.Verify(Evidence.FromCertificate(certificate), new VerifierInputs(Policy) { TimestampRoots = authority.Roots });
            Assert.Equal((Verdict.Pass, CheckResult.Pass), (report.Verdict, report.Result(CheckNames.Time)));
        }

        // What it has stamped is remembered too: nothing new, nothing asked.
        await Create().StepAsync(Cancellation);
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task Openssls_authority_stamps_and_its_token_dates_the_entry()
    {
        using var folder = new TemporaryFolder();
        var openssl = await OpenSslAuthority.CreateAsync(Path.Combine(folder.Path, "tsa"));
        server.Reply = openssl.ReplyAsync;
        // Its clock is this machine's.
        harness.Clock.Move(TimeProvider.System.GetUtcNow() - harness.Clock.GetUtcNow());
        var issued = await harness.DepositAsync();

        var stamper = Create(openssl.Roots);
        await stamper.StepAsync(Cancellation);

        Assert.Null(stamper.Standing.Problem);
        var report = Verifier.Verify(Evidence.FromCertificate(Certificate(issued)), new VerifierInputs(Policy) { TimestampRoots = openssl.Roots });
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Time));
        Assert.Contains("according to OpenSSL time-stamping", report.TimeSentence.English, StringComparison.Ordinal);
        Assert.Contains("error bound stated: 1.5 s", report.Reason(CheckNames.Time), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "other data", "its token is over other data" },
        { "no nonce", "its token does not echo the nonce" },
        { "another nonce", "its token does not echo the nonce" },
        { "an old token again", "its token does not echo the nonce" },
        { "another root", "leads to no time-stamping root that you trust" },
        { "usage not critical", "not for time-stamping alone" },
        { "a time of years ago", "hours behind this machine's" },
        { "a time to come", "hours ahead of this machine's" },
        { "a refusal", "it refused (BadRequest: not today" },
        { "the token without a reply", "its answer cannot be read" },
        { "nothing", "its answer cannot be read" },
        { "a hundred megabytes", "more than 69,632 bytes" },
        { "a web page", "something else than a time-stamp reply" },
        { "an error", "it answered HTTP 500" },
        { "elsewhere", "it answered HTTP 302" },
        { "a broken connection", "it cannot be reached" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lying_authority_is_not_believed_and_keeps_nobody_from_depositing(string lie, string words)
    {
        var old = authority.Stamp(harness.Ledger.Latest.Note.Span, harness.Clock.GetUtcNow());
        server.Reply = query => Task.FromResult(Lie(lie, query, old));
        server.Misbehave = Misbehaviour(lie);

        var stamper = Create();
        await stamper.StepAsync(Cancellation);

        Assert.Equal((1, 0UL), (stamper.Standing.Failures, stamper.Standing.Size));
        Assert.Contains(words, stamper.Standing.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', stamper.Standing.Problem!);
        Assert.Empty(Certificate(await harness.DepositAsync()).Timestamps);
    }

    [Fact]
    public async Task Failures_back_off_to_an_hour_and_end_at_the_first_success()
    {
        var stamper = Create();
        server.Misbehave = context => Fail(context, 503);
        var delays = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            await stamper.StepAsync(Cancellation);
            delays.Add(stamper.Delay.TotalMinutes);
        }

        Assert.Equal([2, 4, 8, 16, 32, 60, 60, 60], delays);
        server.Misbehave = null;
        await stamper.StepAsync(Cancellation);
        Assert.Equal((0, null, 1.0), (stamper.Standing.Failures, stamper.Standing.Problem, stamper.Delay.TotalMinutes));
    }

    [Fact]
    public async Task An_answer_that_comes_a_byte_at_a_time_is_given_up()
    {
        using var impatient = new HttpClient { Timeout = TimeSpan.FromMilliseconds(300) };
        server.Misbehave = async context =>
        {
            context.Response.ContentType = "application/timestamp-reply";
            while (true)
            {
                await context.Response.Body.WriteAsync(new byte[1], context.RequestAborted);
                await Task.Delay(20, context.RequestAborted);
            }
        };
        var stamper = Create(http: impatient);
        await stamper.StepAsync(Cancellation);
        Assert.Equal((1, "it did not answer within 00:00:00.3000000"), (stamper.Standing.Failures, stamper.Standing.Problem));
    }

    [Theory]
    [InlineData("revoked", "a certificate of its chain has been revoked")]
    [InlineData("another one is revoked", null)]
    [InlineData("no answer", null)]
    [InlineData("no list", null)]
    [InlineData("somebody else's list", null)]
    public async Task A_certificate_that_was_revoked_stamps_nothing_where_that_can_be_had(string list, string? problem)
    {
        // Lists are asked for as of now, whatever the ledger's clock says.
        harness.Clock.Move(TimeProvider.System.GetUtcNow() - harness.Clock.GetUtcNow());
        var mine = new TestAuthority("Revoking");
        await using var lists = new LyingServer(_ => list switch
        {
            "no answer" => Support.Reply.Missing,
            "no list" => Support.Reply.Found([0x30, 0x00]),
            "somebody else's list" => Support.Reply.Found(new TestAuthority("Stranger").RevocationList(harness.Clock.GetUtcNow(), mine.Last)),
            _ => Support.Reply.Found(mine.RevocationList(harness.Clock.GetUtcNow(), list == "revoked" ? mine.Last : [1, 2, 3])),
        });
        var extension = CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([lists.Address + "/crl"]);
        server.Reply = query => Task.FromResult(new TimestampReply((ReadOnlyMemory<byte>?)mine.Stamp(Plan(TimestampQuery.Parse(query)) with { Extensions = [extension] })).ToDer());

        var stamper = Create(mine.Roots);
        await stamper.StepAsync(Cancellation);

        Assert.Equal(problem, stamper.Standing.Problem);
        Assert.Contains("crl", lists.Requests);
    }

    [Fact]
    public async Task A_fault_of_the_program_is_told_and_is_not_the_last_try()
    {
        randomness.Fails = true;
        var stamper = Create();
        await stamper.StepAsync(Cancellation);
        Assert.Equal((1, "a fault of this server kept it from being asked (CryptographicException)"), (stamper.Standing.Failures, stamper.Standing.Problem));
        randomness.Fails = false;
        await stamper.StepAsync(Cancellation);
        Assert.Equal((0, null), (stamper.Standing.Failures, stamper.Standing.Problem));
    }

    [Fact]
    public async Task A_damaged_store_of_tokens_is_named_at_the_start()
    {
        await Create().StepAsync(Cancellation);
        await harness.CloseAsync();
        var path = Path.Combine(harness.Data, "timestamps.db");
        File.Delete(path + "-wal");
        await File.WriteAllTextAsync(path, "not a database, but long enough to be looked at", Cancellation);

        var refused = Assert.Throws<LedgerRefusedException>(() => harness.Open());
        Assert.Contains("time-stamps over this ledger's checkpoints cannot be read", refused.Problem, StringComparison.Ordinal);
        File.Delete(path);
        harness.Open();
    }

    private Stamper Create(TimestampRoots? roots = null, HttpClient? http = null)
    {
        var outside = server.With(roots ?? authority.Roots);
        var client = new TimestampClient(http ?? this.http, outside, harness.Clock, randomness);
        return new Stamper(outside, harness.Ledger, harness.Ledger.UseTokens(), client, TimeSpan.FromMinutes(1), harness.Clock, NullLogger.Instance);
    }

    private TrustPolicy Policy => TrustPolicy.Parse(TrustPolicy.Format(harness.Ledger.Key, null));

    private Certificate Certificate(IssuedCertificate issued)
    {
        var deposit = Statement.Parse(Encoding.UTF8.GetString(issued.Statement.Span)).Deposit;
        var now = harness.Ledger.GetCertificate("local", deposit)!;
        string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
        return new Certificate
        {
            Statement = Text(now.Statement),
            Claims = Text(now.Claims),
            Request = Text(now.Request),
            Proof = Text(now.Proof),
            Timestamps = [.. now.Timestamps.Select(token => new TimestampToken(TimestampToken.OverCheckpoint, token.Token, Text(token.Proof)))],
        };
    }

    private byte[] Honest(byte[] query) => Reply(Plan(TimestampQuery.Parse(query)));

    private TokenPlan Plan(TimestampQuery query) => new() { Imprint = query.Imprint, Nonce = query.Nonce, Time = harness.Clock.GetUtcNow() };

    private byte[] Reply(TokenPlan plan) => new TimestampReply((ReadOnlyMemory<byte>?)authority.Stamp(plan)).ToDer();

    private byte[] Lie(string lie, byte[] query, byte[] old)
    {
        var plan = Plan(TimestampQuery.Parse(query));
        return lie switch
        {
            "other data" => Reply(plan with { Imprint = MessageImprint.Of(Hash.Of([])) }),
            "no nonce" => Reply(plan with { Nonce = null }),
            "another nonce" => Reply(plan with { Nonce = new byte[] { 1 } }),
            "an old token again" => new TimestampReply((ReadOnlyMemory<byte>?)old).ToDer(),
            "another root" => new TimestampReply((ReadOnlyMemory<byte>?)new TestAuthority("Stranger").Stamp(plan)).ToDer(),
            "usage not critical" => Reply(plan with { IsCritical = false }),
            "a time of years ago" => Reply(plan with { Time = plan.Time.AddYears(-2) }),
            "a time to come" => Reply(plan with { Time = plan.Time.AddDays(2) }),
            "a refusal" => TimestampReply.Refuse(TimestampFailure.BadRequest, "not today\u202E").ToDer(),
            "the token without a reply" => authority.Stamp(plan),
            "nothing" => [],
            "a hundred megabytes" => new byte[100_000_000],
            _ => Reply(plan),
        };
    }

    private static Func<HttpContext, Task>? Misbehaviour(string lie) => lie switch
    {
        "a web page" => context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<p>welcome", context.RequestAborted);
        },
        "an error" => context => Fail(context, 500),
        "elsewhere" => context =>
        {
            context.Response.Redirect("/tsr", permanent: false);
            return Task.CompletedTask;
        },
        "a broken connection" => context =>
        {
            context.Abort();
            return Task.CompletedTask;
        },
        _ => null,
    };

    private static Task Fail(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
