using System.Text;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Monitor = Notary.Cli.Monitor;

namespace Notary.Tests.Cli;

/// <summary>Visits of a monitor to an honest ledger and to every dishonest one.</summary>
public sealed class MonitorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestLedger ledger = new();
    private DateTimeOffset now = TestLedger.Created.AddHours(1);

    public void Dispose() => folder.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string State => Path.Combine(folder.Path, "state");

    [Fact]
    public async Task An_honest_ledger_passes_visit_after_visit_and_only_new_entries_are_read()
    {
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        foreach (var size in (int[])[1, 2, 30, 256, 257, 300, 300, 520])
        {
            Deposit(size);
            server.Requests.Clear();
            var visit = await VisitAsync(server);
            Assert.Equal((0, (ulong)size), (visit.ExitCode, visit.State.Read));
        }

        Assert.DoesNotContain("tile/entries/000", server.Requests);
        Assert.Contains("tile/entries/001", server.Requests);
    }

    [Fact]
    public async Task A_uuid_that_comes_twice_is_told_at_every_visit()
    {
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        Deposit(20);
        Assert.Equal(0, (await VisitAsync(server)).ExitCode);
        var third = Statement.Parse(ledger.Entries[3]).Deposit;
        ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { Deposit = third } });
        for (var visits = 0; visits < 2; visits++)
        {
            var visit = await VisitAsync(server);
            var finding = Assert.Single(visit.Findings);
            Assert.Equal((1, FindingKinds.Uuid), (visit.ExitCode, finding.Kind));
            Assert.Contains($"{third} is on the ledger twice, as entry 3 and as entry 20", finding.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Entries_that_break_the_rules_are_told()
    {
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        Deposit(5);
        ledger.Deposit(new DepositPlan { Received = TestLedger.Created });
        ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { Ledger = "ledger.example/other" } });
        ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { AfterRoot = Hash.Of([1]) } });
        ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { AfterSize = 3, AfterRoot = ledger.Root(4) } });
        ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { AfterSize = 4, AfterRoot = ledger.Root(4) } });
        ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { AfterSize = 99 } });
        ledger.Append("notary.statement/v1\nnothing\n");
        ledger.Append("notary.unheard/v9\n");

        var visit = await VisitAsync(server);

        Assert.Equal(1, visit.ExitCode);
        Assert.All(visit.Findings, finding => Assert.Equal(FindingKinds.Entry, finding.Kind));
        string[] expected = ["entry 5 says that it was", "entry 6 is a statement", "entry 7 names", "entry 8 names", "entry 10 says that it came", "entry 11 is no"];
        Assert.Equal(expected.Length, visit.Findings.Count);
        Assert.All(expected.Zip(visit.Findings), pair => Assert.StartsWith(pair.First, pair.Second.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clock_records_are_read_and_those_that_break_the_rules_are_told()
    {
        var record = new ClockRecord(ledger.Origin, TestLedger.Created.AddSeconds(1), ClockState.Synchronised, 12, Hash.Of([1]));
        ledger.Append(record.ToText());
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        Assert.Empty((await VisitAsync(server)).Findings);
        ledger.Append((record with { At = record.At.AddMilliseconds(-1) }).ToText());
        ledger.Append((record with { Ledger = "ledger.example/other" }).ToText());
        ledger.Append(record.ToText().Replace("12ms", "012ms", StringComparison.Ordinal));
        ledger.Append((record with { State = ClockState.Stepped, BoundMilliseconds = null }).ToText());

        var visit = await VisitAsync(server);

        string[] expected = ["entry 2 says that it was received before", "entry 3 is a clock record of another ledger", "entry 4 is no valid clock record"];
        Assert.Equal((1, expected.Length), (visit.ExitCode, visit.Findings.Count));
        Assert.All(expected.Zip(visit.Findings), pair => Assert.StartsWith(pair.First, pair.Second.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_audit_log_that_gets_shorter_is_told_unless_a_notice_tells_it()
    {
        var head = new AuditHead(ledger.Origin, TestLedger.Created.AddSeconds(1), 20, Hash.Of([1]));
        ledger.Append(head.ToText());
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        Assert.Empty((await VisitAsync(server)).Findings);
        ledger.Append((head with { Records = 12 }).ToText());
        ledger.Append((head with { Records = 13, Kept = 12 }).ToText());
        ledger.Append((head with { Records = 14 }).ToText());
        ledger.Append((head with { Records = 15, Ledger = "ledger.example/other" }).ToText());
        ledger.Append(head.ToText().Replace("records 20", "records 020", StringComparison.Ordinal));

        var visit = await VisitAsync(server);

        string[] expected = ["entry 2 says that the audit log has 12 records, and an entry before it says 20", "entry 5 is a head of the audit log of another", "entry 6 is no head"];
        Assert.Equal((1, expected.Length), (visit.ExitCode, visit.Findings.Count));
        Assert.All(expected.Zip(visit.Findings), pair => Assert.StartsWith(pair.First, pair.Second.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(300, 300)]
    [InlineData(300, 500)]
    [InlineData(300, 270)]
    public async Task Of_a_second_history_the_proof_is_kept(int first, int second)
    {
        Deposit(first);
        var forked = new TestLedger();
        forked.Append("notary.other/v1\nhistory two\n");
        Fill(forked, second);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        await VisitAsync(server);
        // The honest tree stays readable, as from a cache, where the forged checkpoint is the smaller one.
        server.Answer = path => path == "checkpoint" || second > first ? LyingServer.Honest(forked)(path) : LyingServer.Honest(ledger)(path);
        for (var visits = 0; visits < 2; visits++)
        {
            var visit = await VisitAsync(server);
            Assert.Equal(1, visit.ExitCode);
            Assert.Contains(visit.Findings, finding => finding.Kind == FindingKinds.Fork && finding.Text.Contains("two histories", StringComparison.Ordinal));
            Assert.True(File.Exists(Path.Combine(State, "fork", "README.txt")));
        }
    }

    [Fact]
    public async Task A_checkpoint_whose_tree_was_never_served_is_remembered()
    {
        Deposit(50);
        var forked = new TestLedger();
        forked.Append("notary.other/v1\nhistory two\n");
        Fill(forked, 70);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        await VisitAsync(server);
        server.Answer = path => path == "checkpoint" ? LyingServer.Honest(forked)(path) : Reply.Missing;
        Assert.Equal(4, (await VisitAsync(server)).ExitCode);
        server.Answer = LyingServer.Honest(ledger);
        Assert.Equal(3, (await VisitAsync(server)).ExitCode);
        Deposit(80);

        Assert.Contains((await VisitAsync(server)).Findings, finding => finding.Kind == FindingKinds.Fork);
    }

    [Fact]
    public async Task An_older_checkpoint_is_told_and_forgotten_when_the_newer_one_comes_back()
    {
        Deposit(300);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        await VisitAsync(server);
        server.Answer = LyingServer.Honest(ledger, 200);
        var visit = await VisitAsync(server);
        Assert.Equal((3, FindingKinds.Stale), (visit.ExitCode, Assert.Single(visit.Findings).Kind));
        server.Answer = LyingServer.Honest(ledger);
        Assert.Equal(0, (await VisitAsync(server)).ExitCode);
    }

    [Fact]
    public async Task What_is_not_as_it_was_signed_is_refused_and_a_dead_server_is_not_a_verdict()
    {
        Deposit(300);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        server.Answer = path => LyingServer.Honest(ledger)(path) is var reply && path == "tile/entries/000"
            ? Reply.Found([.. reply.Body[..^1], 0])
            : reply;
        var visit = await VisitAsync(server);
        Assert.Equal((1, FindingKinds.Refused), (visit.ExitCode, Assert.Single(visit.Findings).Kind));
        server.Answer = _ => Reply.Missing;
        visit = await VisitAsync(server);
        Assert.Equal((4, FindingKinds.Unreachable), (visit.ExitCode, Assert.Single(visit.Findings).Kind));
        server.Answer = LyingServer.Honest(ledger);
        Assert.Equal((0, 300UL), await VisitAsync(server) is var well ? (well.ExitCode, well.State.Read) : default);
    }

    [Fact]
    public async Task Certificates_must_still_hold()
    {
        Deposit(10);
        var deposit = ledger.Deposit();
        var early = Save("early.json", deposit.Certificate());
        Deposit(300);
        var late = Save("late.json", deposit.Certificate());
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        Assert.Equal(0, (await VisitAsync(server, certificates: [early, late])).ExitCode);

        server.Answer = LyingServer.Honest(ledger, 200);
        var visit = await VisitAsync(server, "other", certificates: [early, late]);
        var finding = Assert.Single(visit.Findings);
        Assert.Equal((3, FindingKinds.Stale, late), (visit.ExitCode, finding.Kind, finding.Path));
        Assert.DoesNotContain("late.json", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_a_history_that_is_no_more_is_proof_of_a_fork()
    {
        Deposit(10);
        var certificate = Save("certificate.json", ledger.Deposit().Certificate());
        var forked = new TestLedger();
        forked.Append("notary.other/v1\nhistory two\n");
        Fill(forked, 60);
        await using var server = new LyingServer(LyingServer.Honest(forked));

        var visit = await VisitAsync(server, certificates: [certificate]);

        Assert.Equal((1, FindingKinds.Fork), (visit.ExitCode, Assert.Single(visit.Findings).Kind));
        Assert.True(File.Exists(Path.Combine(State, "fork", "checkpoint-smaller")));
    }

    [Fact]
    public async Task Certificates_that_prove_nothing_are_told()
    {
        Deposit(10);
        var certificate = ledger.Deposit().Certificate();
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        var altered = certificate with { Statement = certificate.Statement.Replace("accuracy 12ms", "accuracy 13ms", StringComparison.Ordinal) };
        var visit = await VisitAsync(server, certificates: [Save("altered.json", altered)]);
        Assert.Equal((1, FindingKinds.Certificate), (visit.ExitCode, Assert.Single(visit.Findings).Kind));

        var stranger = new TestLedger(key: 2);
        var foreign = stranger.Deposit().Certificate();
        visit = await VisitAsync(server, certificates: [Save("foreign.json", foreign)]);
        Assert.Contains("did not sign", Assert.Single(visit.Findings).Text, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(folder.Path, "none.json"), "{}");
        var failure = await Assert.ThrowsAsync<CliException>(() => VisitAsync(server, certificates: [Path.Combine(folder.Path, "none.json")]));
        Assert.Equal(2, failure.ExitCode);
    }

    [Fact]
    public async Task Age_is_what_the_newest_entry_or_a_trusted_witness_says()
    {
        Deposit(10);
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        now = TestLedger.Created.AddHours(5);
        Assert.Equal(0, (await VisitAsync(server, maxAge: TimeSpan.FromHours(5))).ExitCode);
        Assert.Equal(0, (await VisitAsync(server)).ExitCode);
        var visit = await VisitAsync(server, maxAge: TimeSpan.FromHours(4));
        Assert.Equal((3, FindingKinds.Age), (visit.ExitCode, Assert.Single(visit.Findings).Kind));

        var witness = new TestWitness("w.example");
        var trust = ledger.PolicyWith([witness], "quorum w.example\n");
        var cosigned = ledger.Checkpoint(null, witness.At(TestLedger.Created.AddHours(2))).ToString();
        server.Answer = path => path == "checkpoint" ? Reply.Found(Encoding.UTF8.GetBytes(cosigned)) : LyingServer.Honest(ledger)(path);
        Assert.Equal(0, (await VisitAsync(server, maxAge: TimeSpan.FromHours(4), trust: trust)).ExitCode);

        now = TestLedger.Created.AddHours(-5);
        Assert.Equal(FindingKinds.Age, Assert.Single((await VisitAsync(server)).Findings).Kind);
    }

    [Fact]
    public async Task A_state_that_is_not_its_own_is_input()
    {
        await using var server = new LyingServer(LyingServer.Honest(ledger));
        foreach (var text in (string[])["", "{", "null", """{"Format":"other"}""", """{"Format":"notary.monitor/v1","Uuids":null}"""])
        {
            Directory.CreateDirectory(State);
            File.WriteAllText(Path.Combine(State, "state.json"), text);
            Assert.Equal(2, (await Assert.ThrowsAsync<CliException>(() => VisitAsync(server))).ExitCode);
        }
    }

    private async Task<Visit> VisitAsync(
        LyingServer server, string state = "state", string[]? certificates = null, TimeSpan? maxAge = null, TrustPolicy? trust = null)
    {
        using var client = TileClient.Connect("URL", server.Address, CopiedLedger.Patience, TimeProvider.System);
        var path = Path.Combine(folder.Path, state);
        Directory.CreateDirectory(path);
        var options = new MonitorOptions(path, trust ?? ledger.Policy, certificates ?? [], maxAge);
        return await new Monitor(options, client, new FixedTime(now)).RunAsync(null, Cancellation);
    }

    private string Save(string name, Certificate certificate)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllBytes(path, certificate.ToJson());
        return path;
    }

    private void Deposit(int size) => Fill(ledger, size);

    private static void Fill(TestLedger ledger, int size)
    {
        while (ledger.Size < (ulong)size)
            ledger.Deposit();
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
