using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Notary.Cli;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.EndToEnd;

/// <summary>What makes and accepts deposits in the page, against the program: the same files, read from each other, and the same refusals.</summary>
public sealed class PageDepositorTests : IDisposable
{
    private const string Server = "https://ledger.example";

    private readonly TemporaryFolder folder = new();
    private readonly TestLedger ledger = new();
    private int journals;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_evidence_of_every_vector_and_sample_has_the_bytes_that_the_program_writes()
    {
        var samples = PageCases.Vectors().Concat(PageCases.Samples()).DistinctBy(one => Convert.ToBase64String(one.Evidence)).Select(one => (One: one, Evidence: Read(one)))
            .Where(sample => sample.Evidence is { Seed: not null, Certificate.Request: not null }).ToList();
        var answers = await AskAsync(samples.Select(sample => Accept(Journal(sample.Evidence!), sample.Evidence!.Certificate.ToJson(), sample.One.Trust)));

        Assert.True(samples.Count > 10, $"{samples.Count}");
        var accepted = 0;
        foreach (var ((one, evidence), answer) in samples.Zip(answers))
        {
            var expected = Accepts(evidence!, evidence!.Certificate, one.Trust);
            Assert.True(Kind(answer) == (expected is null ? "refused" : "accepted"), $"{one.Name}: {answer}");
            if (expected is null)
                continue;
            Assert.Equal(expected, Convert.FromBase64String(answer["evidence"]!.GetValue<string>()));
            accepted++;
        }

        Assert.True(accepted > 8, $"{accepted}");
    }

    [Fact]
    public async Task Time_stamps_that_the_ledger_has_already_stand_in_the_evidence_at_their_place()
    {
        var (authority, time) = (new TestAuthority(), TestLedger.Created.AddDays(1));
        var evidence = TestDeposit.Make(ledger, new()).Evidence();
        var certificate = evidence.Certificate;
        var token = authority.Stamp(Encoding.UTF8.GetBytes(certificate.Checkpoint!), time);
        var stamped = certificate with
        {
            Timestamps = [new TimestampToken(TimestampToken.OverCheckpoint, token, null), new TimestampToken(TimestampToken.OverCheckpoint, token, certificate.Proof)],
        };
        var answer = (await AskAsync([Accept(Journal(evidence), stamped.ToJson(), Trust())]))[0];

        Assert.Equal("accepted", Kind(answer));
        Assert.Equal(EvidenceSamples.Pack(CertificatePage.AddTo(Evidence.Create(stamped, evidence.Manifest!, evidence.Seed!.Value))), Convert.FromBase64String(answer["evidence"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Every_damaged_certificate_is_accepted_or_refused_as_by_the_program()
    {
        var evidence = TestDeposit.Make(ledger, new() { Files = [("one.txt", "one"), ("二.txt", "two")] }).Evidence();
        var (trust, journal) = (Trust(), Journal(evidence));
        var certificates = ByteMutations.Of(evidence.Certificate.ToJson(), 8).Where((_, i) => i % 5 == 0).ToList();
        var answers = await AskAsync(certificates.Select(json => Accept(journal, json, trust)));

        foreach (var (json, answer) in certificates.Zip(answers))
        {
            var accepted = Parse(json) is { } certificate ? Accepts(evidence, certificate, trust) : null;
            Assert.True((Kind(answer) == "accepted") == (accepted is not null), $"{Encoding.UTF8.GetString(json)}\n{answer}");
            if (accepted is not null)
                Assert.Equal(accepted, Convert.FromBase64String(answer["evidence"]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task No_damaged_file_that_was_saved_is_ever_sent()
    {
        var journal = Journal(TestDeposit.Make(ledger, new() { Files = [("one.txt", "one")] }).Evidence());
        var damaged = ByteMutations.Of(journal, 5).Where(bytes => !bytes.AsSpan().StartsWith(journal)).ToList();
        var answers = await AskAsync([Open(journal), .. damaged.Select(Open)]);

        Assert.Equal("prepared", Kind(answers[0]));
        Assert.All(answers.Skip(1), answer => Assert.Equal("failed", Kind(answer)));
    }

    [Fact]
    public async Task A_saved_file_whose_seed_does_not_open_its_request_is_not_sent_though_it_is_whole()
    {
        var (one, two) = (TestDeposit.Make(ledger, new()).Evidence(), TestDeposit.Make(ledger, new()).Evidence());
        var answers = await AskAsync([Open(Journal(one)), Open(Journal(one, seed: two.Seed)), Open(Journal([one, two]))]);

        Assert.Equal(["prepared", "failed", "failed"], answers.Select(Kind));
        Assert.Contains("do not give the request's commitment", answers[1]["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("holds 2 deposits", answers[2]["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_page_makes_ready_the_program_reads_and_comes_to_the_same_commitment(bool isSigned)
    {
        var key = isSigned ? SigningKey.Create("acct-9", TestLedger.Seed(77)) : null;
        (string Path, string Content)[] documents = [("z.txt", ""), ("子/二.txt", "two"), ("a&b <c>.txt", "one"), ("\U00010000", "beyond"), ("\uFFEE", "before")];
        var question = Prepare(documents, key?.ToSecretString() + "\n");
        var answers = await AskAsync([question, question]);

        var seeds = new HashSet<string>();
        foreach (var answer in answers)
        {
            Assert.True(Kind(answer) == "prepared", answer.ToString());
            var path = Path.Combine(folder.Path, $"page-{journals++}.journal");
            await File.WriteAllBytesAsync(path, Convert.FromBase64String(answer["prepared"]!["pending"]!.GetValue<string>()), TestContext.Current.CancellationToken);
            using var journal = PendingJournal.Open(path)!;
            Assert.True(journal.IsReady);
            Assert.Equal((Server, "trust"), (journal.Run!.Server, journal.Run.TrustPlace));
            var deposit = journal[0];
            var request = deposit.Request.Request;
            // By bytes, which code units do not sort like beyond the first plane.
            Assert.Equal(["a&b <c>.txt", "z.txt", "子/二.txt", "\uFFEE", "\U00010000"], deposit.Manifest.Items.Select(item => item.Path));
            Assert.Equal(request.Commitment, Fingerprint.Create(request.Ledger, request.Deposit, deposit.Seed, deposit.Manifest.Items, TestContext.Current.CancellationToken).Commitment);
            Assert.Equal(("acct-9", "转子", "trade-secret", 5UL), (request.Account, request.Title, request.Kind, request.Items));
            Assert.Equal(isSigned, deposit.Request.Note?.Check(key!.Verifier) == NoteCheck.Valid);
            Assert.True(seeds.Add(deposit.Seed.ToString()!) && seeds.Add(request.Deposit.ToString()) && seeds.Add(request.Nonce.ToString()!));
        }
    }

    [Theory]
    [InlineData("PRIVATE+KEY+acct-9+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "key id that does not belong")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGb\n-----END ENCRYPTED PRIVATE KEY-----\n", "is not of the form")]
    [InlineData("", "is not of the form")]
    public async Task A_file_that_is_no_signing_key_is_refused_without_a_word_of_it(string file, string words)
    {
        var answer = (await AskAsync([Prepare([("a", "a")], file)]))[0];

        Assert.Equal("key", answer["of"]!.GetValue<string>());
        Assert.Contains(words, answer["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain("AQAAAA", answer.ToString(), StringComparison.Ordinal);
    }

    private static string Kind(JsonNode answer) => answer["kind"]!.GetValue<string>();

    private byte[] Trust() => Encoding.UTF8.GetBytes(TrustPolicy.Format(ledger.Key.Verifier, null));

    private string Prepare((string Path, string Content)[] documents, string? signingKey) => new JsonObject
    {
        ["kind"] = "prepare",
        ["trust"] = Convert.ToBase64String(Trust()),
        ["documents"] = new JsonArray([.. documents.Select(document => new JsonObject
        {
            ["path"] = document.Path, ["content"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(document.Content)), ["modified"] = 1_790_000_000_123,
        })]),
        ["terms"] = new JsonObject
        {
            ["ledger"] = ledger.Key.Verifier.Name, ["account"] = "acct-9", ["kind"] = "trade-secret", ["title"] = "转子", ["previous"] = null, ["withSm3"] = true,
            ["signingKey"] = signingKey == "\n" ? null : signingKey, ["server"] = Server, ["roots"] = new JsonArray(new JsonObject { ["name"] = "designs" }),
        },
    }.ToJsonString();

    private static string Open(byte[] journal) => new JsonObject { ["kind"] = "open", ["pending"] = Convert.ToBase64String(journal) }.ToJsonString();

    private static string Accept(byte[] journal, byte[] certificate, byte[] trust) => new JsonObject
    {
        ["kind"] = "accept", ["pending"] = Convert.ToBase64String(journal), ["certificate"] = Convert.ToBase64String(certificate), ["trust"] = Convert.ToBase64String(trust),
    }.ToJsonString();

    private byte[] Journal(Evidence evidence, Hash? seed = null) => Journal([evidence], seed);

    private byte[] Journal(IReadOnlyList<Evidence> all, Hash? seed = null)
    {
        using var journal = PendingJournal.Create(folder.Path, new PendingRun(Server, "trust", "quorum none\n"), DateTimeOffset.UnixEpoch.AddSeconds(journals++), [1, 2, 3, 4]);
        foreach (var evidence in all)
            journal.Append(Pending(evidence) with { Seed = seed ?? evidence.Seed!.Value });
        journal.Seal();
        var path = journal.FullName;
        journal.Dispose();
        return File.ReadAllBytes(path);
    }

    private static PendingDeposit Pending(Evidence evidence) => new(
        "x.evidence.zip", evidence.Seed!.Value, RequestBytes.Parse(Encoding.UTF8.GetBytes(evidence.Certificate.Request!)), evidence.Manifest!, evidence.Context);

    /// <summary>The bytes of the evidence that the program makes of an answer; null when it does not take it for a certificate of this deposit.</summary>
    private static byte[]? Accepts(Evidence evidence, Certificate certificate, byte[] trust)
    {
        var answer = new Proto.Certificate
        {
            Statement = ByteString.CopyFromUtf8(certificate.Statement), Claims = ByteString.CopyFromUtf8(certificate.Claims ?? ""),
            Request = ByteString.CopyFromUtf8(certificate.Request ?? ""), Proof = ByteString.CopyFromUtf8(certificate.Proof),
            Timestamps = { certificate.Timestamps.Select(stamp => new Proto.Timestamp
            {
                Over = stamp.Over, Token = ByteString.CopyFrom(stamp.Token.Span), Proof = ByteString.CopyFromUtf8(stamp.Proof ?? ""),
            }) },
        };
        try
        {
            var acceptance = new Acceptance(Notary.Cli.Trust.Parse(Encoding.UTF8.GetString(trust), "trust"));
            return EvidenceSamples.Pack(CertificatePage.AddTo(acceptance.Accept(Pending(evidence), answer), acceptance.Policy));
        }
        catch (Exception exception) when (exception is CliException or MalformedException)
        {
            return null;
        }
    }

    private static Certificate? Parse(byte[] json)
    {
        try
        {
            return Certificate.Parse(json);
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static Evidence? Read(PageCase one)
    {
        try
        {
            using var stream = new MemoryStream(one.Evidence, writable: false);
            return Evidence.Read(stream, TestContext.Current.CancellationToken);
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<JsonNode>> AskAsync(IEnumerable<string> questions)
    {
        var js = Path.GetDirectoryName(PageBrowser.Script("x"))!;
        var page = Path.Combine(RepositoryFolder.Path, "src", "Notary.Server", "Web", "Pages", "deposits.html");
        var all = questions.ToList();
        var run = await ExternalTool.RunAsync("node", [PageBrowser.Script("page-depositor.mjs"), page], js, string.Concat(all.Select(question => question + "\n")));
        IReadOnlyList<JsonNode> answers = [.. run.Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(all.Count, answers.Count);
        return answers;
    }
}
