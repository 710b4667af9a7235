using System.Diagnostics;
using System.Text.RegularExpressions;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

public sealed class DepositTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    [Fact]
    public async Task A_folder_becomes_private_evidence_that_verifies_with_its_files()
    {
        Write("designs/rotor.step", "designs/parts/blade.step");

        var first = await RunAsync(0, "deposit", At("designs"), "--server", ledger.Address, "--out", At("out/"), "--title", "Rotor, rev. C");
        await RunAsync(0, "verify", At("out/designs.evidence.zip"), At("designs"), "--trust", At("out/trust"));

        Assert.Contains("hashed 2 files, 42 bytes", first.Output, StringComparison.Ordinal);
        Assert.Contains($"pinned the key of {ledger.Origin} on first use", first.Output, StringComparison.Ordinal);
        Assert.Equal(DurableFile.Private, Mode(At("out/designs.evidence.zip")));
        Assert.Empty(Journals("out"));
        var request = RequestBytes.Parse(StrictText.Encode(ReadEvidence(At("out/designs.evidence.zip")).Certificate.Request!)).Request;
        Assert.Equal(("Rotor, rev. C", "trade-secret", 2UL), (request.Title, request.Kind, request.Items));
    }

    [Fact]
    public async Task The_key_is_pinned_once_and_then_relied_on()
    {
        Write("a.txt", "b.txt");
        await DepositAsync(0, "a.txt");
        var pinned = await File.ReadAllTextAsync(At("out/trust"), Cancellation);

        var second = await DepositAsync(0, "b.txt");

        Assert.DoesNotContain("pinned", second.Output, StringComparison.Ordinal);
        Assert.Equal(pinned, await File.ReadAllTextAsync(At("out/trust"), Cancellation));
    }

    [Fact]
    public async Task Several_arguments_make_evidence_named_after_the_deposit()
    {
        Write("a/x.txt", "b/x.txt");

        await DepositAsync(0, "a", "b");

        var evidence = Assert.Single(EvidenceIn("out"));
        Assert.Matches("deposit-[0-9a-f-]{36}\\.evidence\\.zip$", evidence);
        Assert.Equal(["a/x.txt", "b/x.txt"], ReadEvidence(evidence).Manifest!.Items.Select(item => item.Path));
    }

    [Fact]
    public async Task With_each_every_file_has_a_deposit_and_evidence_of_its_own()
    {
        Write([.. Enumerable.Range(0, 40).Select(i => $"many/{i % 4}/{i}.txt")]);

        var result = await DepositAsync(0, "many", "--each");

        Assert.Contains("deposited 40 files, one deposit each", result.Output, StringComparison.Ordinal);
        var evidence = EvidenceIn("out");
        Assert.Equal(40, evidence.Count);
        Assert.Contains(At("out/3/39.txt.evidence.zip"), evidence);
        Assert.Equal(40, evidence.Select(path => Verified(path, "out/trust")).Distinct().Count());
        Assert.All(evidence, path => Assert.Single(ReadEvidence(path).Manifest!.Items));
        Assert.Empty(Journals("out"));
    }

    [Fact]
    public async Task Evidence_that_is_there_is_never_overwritten()
    {
        Write("a.txt", "out/a.txt.evidence.zip");
        var size = await ledger.SizeAsync();

        var result = await DepositAsync(2, "a.txt");

        Assert.Contains("a.txt.evidence.zip is there already, and evidence is never overwritten", result.Error, StringComparison.Ordinal);
        Assert.Equal("out/a.txt.evidence.zip", await File.ReadAllTextAsync(At("out/a.txt.evidence.zip"), Cancellation));
        Assert.Equal(size, await ledger.SizeAsync());
        Assert.Empty(Journals("out"));
    }

    [Fact]
    public async Task A_name_too_long_for_its_ending_gives_way_to_the_deposits()
    {
        await DepositAsync(0, Path.GetFileName(Write(new string('n', 250))));

        Assert.Matches("deposit-[0-9a-f-]{36}\\.evidence\\.zip$", Assert.Single(EvidenceIn("out")));
    }

    [Fact]
    public async Task Files_that_must_not_be_deposited_are_all_named_and_nothing_happens()
    {
        Write("d/good.txt", "d/trailing ");
        File.CreateSymbolicLink(At("d/link"), At("d/good.txt"));
        var size = await ledger.SizeAsync();

        var result = await DepositAsync(2, "d", "missing");

        Assert.Contains("d/link: is a symbolic link", result.Error, StringComparison.Ordinal);
        Assert.Contains("d/trailing : its path", result.Error, StringComparison.Ordinal);
        Assert.Contains("missing: no such file or folder", result.Error, StringComparison.Ordinal);
        Assert.Contains("notary: hint: nothing was sent", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("out")));
        Assert.Equal(size, await ledger.SizeAsync());
    }

    [Fact]
    public async Task An_unreadable_file_is_named()
    {
        Write("d/a.txt", "d/secret.txt", "d/closed/b.txt");
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "notary.dll"), "deposit", At("d"), "--server", ledger.Address, "--out", At("out")];
        (await ExternalTool.RunAsync("sh", ["-c", "chmod 755 . && chmod 0 d/secret.txt d/closed"], At(""))).Succeeded();
        // Root may read everything, so as root the command is run as somebody else.
        string[] unprivileged = Environment.UserName == "root" ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", .. command] : command;

        var result = Ended(2, await ExternalTool.RunAsync(unprivileged[0], unprivileged[1..]));

        Assert.Contains("d/secret.txt: cannot be read: permission denied", result.Error, StringComparison.Ordinal);
        Assert.Contains("d/closed: cannot be listed: permission denied", result.Error, StringComparison.Ordinal);
        Assert.Contains("notary: hint: nothing was sent", result.Error, StringComparison.Ordinal);
        (await ExternalTool.RunAsync("chmod", ["700", At("d/closed")])).Succeeded();
    }

    [Fact]
    public async Task A_hostile_name_reaches_the_terminal_escaped_only()
    {
        Write("d/invoice\u202Efdp.exe", "d/with space.txt");
        await DepositAsync(0, "d");

        var shown = await RunAsync(0, "show", At("out/d.evidence.zip"));

        Assert.Contains("invoice\\u{202e}fdp.exe", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', shown.Output);
    }

    [Fact]
    public async Task The_output_folder_must_not_be_among_what_is_deposited()
    {
        Write("d/a.txt");

        var result = await RunAsync(2, "deposit", At("d"), "--server", ledger.Address, "--out", At("d/out"));

        Assert.Contains("lies inside", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no PATH is given", "--server", "http://127.0.0.1:9")]
    [InlineData("--server URL is not given", "x")]
    [InlineData("--server 127.0.0.1:7070: is not of the form http://host:port", "x", "--server", "127.0.0.1:7070")]
    [InlineData("--server ftp://h: is not of the form", "x", "--server", "ftp://h")]
    [InlineData("--kind Trade Secret: is not 1 to 32 characters of a-z, 0-9, '-'", "x", "--server", "http://127.0.0.1:9", "--kind", "Trade Secret")]
    [InlineData("--title: is empty", "x", "--server", "http://127.0.0.1:9", "--title", "")]
    [InlineData("--title: holds the direction mark U+202E", "x", "--server", "http://127.0.0.1:9", "--title", "a\u202Eb")]
    [InlineData("--title: has 257 characters (limit 256)", "x", "--server", "http://127.0.0.1:9", "--title", "*257")]
    [InlineData("--previous 7: is not the uuid of a deposit", "x", "--server", "http://127.0.0.1:9", "--previous", "7")]
    [InlineData("missing.key: cannot be read: no such file", "x", "--server", "http://127.0.0.1:9", "--key", "/missing.key")]
    [InlineData("missing.trust: cannot be read: no such file", "@file", "--server", "http://127.0.0.1:9", "--trust", "/missing.trust")]
    [InlineData("unrecognized option '--frobnicate'", "--frobnicate")]
    [InlineData("--resume goes on with what was asked before, and takes no --each", "--resume", "--each")]
    public async Task What_is_wrong_on_the_command_line_is_said(string error, params string[] arguments)
    {
        var file = Write("file.txt");
        var given = arguments.Select(argument => argument switch { "*257" => new string('t', 257), "@file" => file, _ => argument });

        var result = await RunAsync(2, ["deposit", .. given, "--out", At("out")]);

        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("out")));
    }

    [Fact]
    public async Task A_key_signs_and_a_verifier_who_knows_it_sees_that()
    {
        Write("a.txt");
        var key = (await RunAsync(0, "keygen", "--name", "local", "--out", At("key"))).Output.Trim();
        await DepositAsync(0, "a.txt", "--key", At("key"));

        var mine = await RunAsync(0, "verify", At("out/a.txt.evidence.zip"), "--trust", At("out/trust"), "--depositor", key);
        var other = (await RunAsync(0, "keygen", "--name", "local", "--out", At("other"))).Output.Trim();
        await RunAsync(1, "verify", At("out/a.txt.evidence.zip"), "--trust", At("out/trust"), "--depositor", other);

        Assert.Matches(new Regex("^PASS +signature", RegexOptions.Multiline), mine.Output);
    }

    [Fact]
    public async Task A_server_that_refuses_says_which_field_and_the_run_is_kept()
    {
        Write("a.txt");
        await RunAsync(0, "keygen", "--name", "somebody-else", "--out", At("key"));

        var result = await DepositAsync(4, "a.txt", "--key", At("key"));

        Assert.Contains("refused (INVALID_ARGUMENT): request.account: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("notary: hint: go on with: notary deposit --resume --out ", result.Error, StringComparison.Ordinal);
        Assert.Single(Journals("out"));
    }

    [Fact]
    public async Task A_certificate_that_does_not_verify_under_the_trust_file_is_no_success()
    {
        Write("a.txt");
        var forged = SigningKey.Create(ledger.Origin, new byte[32]).Verifier;
        await File.WriteAllTextAsync(At("forged"), TrustPolicy.Format(forged, null), Cancellation);

        var result = await DepositAsync(1, "a.txt", "--trust", At("forged"));
        Assert.Contains("does not verify under", result.Error, StringComparison.Ordinal);
        Assert.Empty(EvidenceIn("out"));

        await RunAsync(0, "trust", "--server", ledger.Address, "--out", At("genuine"));
        await RunAsync(0, "deposit", "--resume", "--out", At("out"), "--trust", At("genuine"));
        Verified(Assert.Single(EvidenceIn("out")), "genuine");
        Assert.Empty(Journals("out"));
    }

    [Fact]
    public async Task A_dead_server_ends_the_run_in_time_and_the_resume_deposits_once()
    {
        Write("a.txt");
        await RunAsync(0, "trust", "--server", ledger.Address, "--out", At("trust"));
        var size = await ledger.SizeAsync();
        var limit = await LimitAsync();
        var watch = Stopwatch.StartNew();

        var result = await RunAsync(4, "deposit", At("a.txt"), "--server", "http://127.0.0.1:9", "--out", At("out"), "--trust", At("trust"));

        Assert.True(watch.Elapsed < limit, $"took {watch.Elapsed}");
        Assert.Contains("http://127.0.0.1:9 cannot be reached: connection refused", result.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is lost: what was to be deposited is kept in", result.Error, StringComparison.Ordinal);
        Assert.Contains($"go on with: notary deposit --resume --out {At("out")} --server http://127.0.0.1:9", result.Error, StringComparison.Ordinal);
        await RunAsync(0, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address);
        Assert.Equal(size + 1, await ledger.SizeAsync());
        Verified(At("out/a.txt.evidence.zip"), "trust");
    }

    [Fact]
    public async Task A_server_that_accepts_and_never_answers_ends_the_run_in_time()
    {
        Write("d/a.txt", "d/b.txt");
        await RunAsync(0, "trust", "--server", ledger.Address, "--out", At("trust"));
        await using var silent = new StallingProxy(server: null, 0);
        var limit = await LimitAsync();
        var watch = Stopwatch.StartNew();

        var runs = await Task.WhenAll(
            RunAsync(4, "deposit", At("d"), "--server", silent.Address, "--out", At("one"), "--trust", At("trust")),
            RunAsync(4, "deposit", At("d"), "--server", silent.Address, "--out", At("each"), "--trust", At("trust"), "--each"),
            RunAsync(4, "deposit", At("d"), "--server", silent.Address, "--out", At("none")));

        Assert.True(watch.Elapsed < limit, $"took {watch.Elapsed}");
        Assert.All(runs, run => Assert.Contains("cannot be reached: no answer in time", run.Error, StringComparison.Ordinal));
        Assert.Equal((1, 1, 0), (Journals("one").Count, Journals("each").Count, Journals("none").Count));
    }

    [Fact]
    public async Task Resume_says_what_it_finds()
    {
        Assert.Contains("no such folder", (await RunAsync(2, "deposit", "--resume", "--out", At("out"))).Error, StringComparison.Ordinal);
        Write("out/pending/notes.txt");
        Assert.Contains("nothing is pending", (await RunAsync(0, "deposit", "--resume", "--out", At("out"))).Output, StringComparison.Ordinal);
        Write("out/pending/x.journal");
        Assert.Contains("x.journal: pending journal: does not begin with", (await RunAsync(2, "deposit", "--resume", "--out", At("out"))).Error, StringComparison.Ordinal);
        Assert.True(File.Exists(At("out/pending/x.journal")));
    }

    /// <summary>Ten seconds, and what starting a few processes takes on a machine that may be busy with other tests.</summary>
    private static async Task<TimeSpan> LimitAsync()
    {
        var watch = Stopwatch.StartNew();
        await RunAsync(0, "--version");
        return TimeSpan.FromSeconds(10) + 4 * watch.Elapsed;
    }

    private Task<ToolResult> DepositAsync(int exitCode, params string[] arguments)
    {
        var paths = arguments.TakeWhile(argument => !argument.StartsWith('-')).Select(At);
        var options = arguments.SkipWhile(argument => !argument.StartsWith('-'));
        return RunAsync(exitCode, ["deposit", .. paths, "--server", ledger.Address, "--out", At("out"), .. options]);
    }
}
