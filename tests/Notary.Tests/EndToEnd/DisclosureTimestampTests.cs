using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>A package's shell script and <c>notary verify</c> say the same of the time-stamps in it, under the same roots.</summary>
public sealed class DisclosureTimestampTests : CliTest
{
    private static readonly TestAuthority Authority = new();
    private static readonly TestAuthority Stranger = new("Stranger");
    private static readonly DateTimeOffset Seen = TestLedger.Created.AddSeconds(30).AddMilliseconds(250);

    private readonly TestLedger ledger = new();
    private readonly TestDeposit deposit;

    public DisclosureTimestampTests()
    {
        deposit = ledger.Deposit(("a.txt", "alpha"), ("b.txt", "beta"));
        ledger.Grow(9);
    }

    public static TheoryData<string, CheckResult> Tokens => new()
    {
        { "own", CheckResult.Pass },
        { "later", CheckResult.Pass },
        { "commitment", CheckResult.Pass },
        { "stranger", CheckResult.NotChecked },
        { "stranger and own", CheckResult.Pass },
        { "own and other data", CheckResult.Fail },
        { "another entry's proof", CheckResult.Fail },
        { "another ledger's checkpoint", CheckResult.Fail },
        { "not valid then", CheckResult.Fail },
        { "usage not critical", CheckResult.Fail },
        { "no token", CheckResult.Fail },
        { "longer hash", CheckResult.Fail },
        { "stranger, signature broken", CheckResult.Fail },
        { "short key", CheckResult.Fail },
        { "key for ciphers too", CheckResult.Fail },
        { "no key usage", CheckResult.Pass },
        { "broken hash", CheckResult.Fail },
        { "short key above", CheckResult.Fail },
    };

    [Theory, MemberData(nameof(Tokens))]
    public async Task The_script_agrees_on_a_token(string kind, CheckResult expected)
    {
        var package = Package(kind);
        package.Unpack(At("court"));
        var report = Verifier.Verify(EvidenceSamples.Read(package.Zip()), new VerifierInputs(ledger.Policy) { TimestampRoots = Authority.Roots });

        var script = await RunAsync(At("court"));

        Assert.Equal(expected, report.Result(CheckNames.Time));
        var word = expected switch { CheckResult.Pass => "通过 PASS", CheckResult.Fail => "不通过 FAIL", _ => "未核验 NOT CHECKED" };
        Assert.Contains($"{word}  时间戳 time: ", script.Output, StringComparison.Ordinal);
        Assert.Equal(report.Verdict == Verdict.Pass ? ExitCode.Pass : ExitCode.Failed, script.ExitCode);
        Assert.Equal(
            report.TimeSentence.English.Contains("according to", StringComparison.Ordinal),
            script.Output.Contains("The entry existed no later than 2026-11-22T00:00:30.250Z", StringComparison.Ordinal));
        Assert.Empty(script.Error);
    }

    [Theory, MemberData(nameof(Tokens))]
    public async Task Without_roots_the_script_agrees_too(string kind, CheckResult withRoots)
    {
        var package = Package(kind);
        package.Unpack(At("court"));
        var report = Verifier.Verify(EvidenceSamples.Read(package.Zip()), new VerifierInputs(ledger.Policy));

        var script = await RunAsync(At("court"), withRoots: false);

        Assert.Equal(withRoots == CheckResult.Fail && kind is not ("not valid then" or "short key above") ? CheckResult.Fail : CheckResult.NotChecked, report.Result(CheckNames.Time));
        Assert.Contains(report.Result(CheckNames.Time) == CheckResult.Fail ? "不通过 FAIL  时间戳 time: " : "未核验 NOT CHECKED  时间戳 time: no --tsa-roots", script.Output, StringComparison.Ordinal);
        Assert.Equal(report.Verdict == Verdict.Pass ? ExitCode.Pass : ExitCode.Failed, script.ExitCode);
    }

    [Fact]
    public async Task The_PowerShell_script_says_what_the_shell_script_says_of_every_token()
    {
        var kinds = Tokens.Select(row => row.Data.Item1).ToList();
        var calls = kinds.Select((kind, i) =>
        {
            Package(kind).Unpack(At($"court{i}"));
            return $"& '{Script("verify.ps1")}' -Package 'court{i}' -Key '{ledger.Key.Verifier}' -TsaRoots roots.pem *> out.txt; \"$LASTEXITCODE\"; Get-Content -Raw out.txt; '====='\n";
        });
        await File.WriteAllTextAsync(At("all.ps1"), string.Concat(calls), Cancellation);
        var expected = new List<string>();
        for (var i = 0; i < kinds.Count; i++)
        {
            var script = await RunAsync(At($"court{i}"));
            expected.Add($"{script.ExitCode}\n{script.Output}".Trim());
        }

        var result = (await ExternalTool.RunAsync(
            ExternalTool.Require("pwsh"), ["-NoProfile", "-NonInteractive", "-File", At("all.ps1")], At(""),
            environment: new Dictionary<string, string?> { ["POWERSHELL_TELEMETRY_OPTOUT"] = "1", ["NO_COLOR"] = "1" }, timeout: TimeSpan.FromMinutes(2))).Succeeded();

        Assert.Equal(expected, result.Output.Split("=====", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(said => said.ReplaceLineEndings("\n")));
    }

    [Fact]
    public async Task Without_roots_no_token_counts()
    {
        Package("own").Unpack(At("court"));

        var script = await RunAsync(At("court"), withRoots: false);

        Assert.Equal(ExitCode.Pass, script.ExitCode);
        Assert.Contains("未核验 NOT CHECKED  时间戳 time: no --tsa-roots were given", script.Output, StringComparison.Ordinal);
        Assert.Contains("No independent time was checked here.", script.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("timestamps/1.tsr"), InlineData("timestamps/1.tlog-proof"), InlineData("timestamps/1.checkpoint.txt")]
    public async Task Files_that_do_not_repeat_the_certificate_are_refused_by_both(string name)
    {
        var changes = new Action<SortedDictionary<string, byte[]>>[]
        {
            files => files.Remove(PackageNames.Proofs + name),
            files => files[PackageNames.Proofs + name] = [.. files[PackageNames.Proofs + name], (byte)'\n'],
            files => files[PackageNames.Proofs + name] = files[PackageNames.Proofs + "statement.txt"],
        };
        for (var i = 0; i < changes.Length; i++)
        {
            var package = Package("own and later").With(mended: true, changes[i]);
            package.Unpack(At($"court{i}"));

            Assert.Throws<MalformedException>(() => EvidenceSamples.Read(package.Zip()));
            Assert.Equal(ExitCode.Input, (await RunAsync(At($"court{i}"))).ExitCode);
        }
    }

    private DisclosedPackage Package(string kind)
    {
        var neighbour = ledger.Proof(deposit.Index + 1, 7);
        var elsewhere = new TestLedger("ledger.example/other").Deposit().Certificate().Proof;
        TokenPlan plan = new() { Imprint = MessageImprint.Of(Hash.Of(Note(null))), Time = Seen };
        TimestampToken own = Over(null, Authority.Stamp(plan));
        IReadOnlyList<TimestampToken> tokens = kind switch
        {
            "own" => [own],
            "later" => [Later()],
            "own and later" => [own, Later()],
            "commitment" => [new(TimestampToken.OverCommitment, Authority.Stamp(plan with { Imprint = MessageImprint.Of(deposit.Statement.Commitment) }), null)],
            "stranger" => [Over(null, Stranger.Stamp(plan))],
            "stranger and own" => [Over(null, Stranger.Stamp(plan with { Time = Seen.AddDays(-1) })), own],
            "own and other data" => [own, Over(null, Authority.Stamp("abc"u8, Seen))],
            "another entry's proof" => [Over(neighbour.ToString(), Authority.Stamp(Note(7), Seen))],
            "another ledger's checkpoint" => [Over(elsewhere, Authority.Stamp(Encoding.UTF8.GetBytes(TlogProof.Parse(elsewhere).Note.ToString()), Seen))],
            "not valid then" => [Over(null, Authority.Stamp(plan with { Until = Seen.AddDays(-1) }))],
            "usage not critical" => [Over(null, Authority.Stamp(plan with { IsCritical = false }))],
            "stranger, signature broken" => [Over(null, Broken(Stranger.Stamp(plan)))],
            "short key" => [Over(null, Authority.Stamp(plan with { RsaBits = 1024 }))],
            "key for ciphers too" => [Over(null, Authority.Stamp(plan with { KeyUsage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment }))],
            "no key usage" => [Over(null, Authority.Stamp(plan with { KeyUsage = null }))],
            "broken hash" => [Over(null, Authority.Stamp(plan with { Digest = "1.3.14.3.2.26" }))],
            "short key above" => [Over(null, Authority.Stamp(plan with { Intermediate = true, IntermediateRsaBits = 1024 }))],
            "no token" => [Over(null, [1, 2, 3])],
            "longer hash" => [Over(null, Authority.Stamp(plan with { Imprint = new MessageImprint(TimestampOids.Sha512, System.Security.Cryptography.SHA512.HashData(Note(null))) }))],
            _ => throw new ArgumentException(kind, nameof(kind)),
        };
        return DisclosedPackage.Of(deposit.Disclose(true, ["a.txt"]).WithTimestamps(tokens));
    }

    // A CMS ends in its signer's signature.
    private static byte[] Broken(byte[] token) => [.. token[..^1], (byte)(token[^1] ^ 1)];

    private TimestampToken Later() => Over(ledger.Proof(deposit.Index, 7).ToString(), Authority.Stamp(Note(7), Seen));

    private static TimestampToken Over(string? proof, byte[] token) => new(TimestampToken.OverCheckpoint, token, proof);

    private byte[] Note(ulong? size) => Encoding.UTF8.GetBytes(ledger.Checkpoint(size).ToString());

    private static string Script(string name) => Path.Combine(RepositoryFolder.Path, "src", "Notary.Cli", "Disclosing", name);

    private async Task<ToolResult> RunAsync(string package, bool withRoots = true)
    {
        await File.WriteAllTextAsync(At("roots.pem"), Authority.Root.ExportCertificatePem(), Cancellation);
        foreach (var tool in (string[])["bash", "xxd", "openssl", "sha256sum"])
            ExternalTool.Require(tool);
        return await ExternalTool.RunAsync("env", [
            "-i", "PATH=/usr/bin:/bin", "bash", Script("verify.sh"), "--package", package, "--key", ledger.Key.Verifier.ToString(),
            .. withRoots ? (string[])["--tsa-roots", At("roots.pem")] : []]);
    }
}
