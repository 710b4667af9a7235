using System.Text.Json;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>The verifier's verbs on one real deposit, and on what people and forgers make of it.</summary>
public sealed class VerifyTests(DepositedFolder deposited) : CliTest, IClassFixture<DepositedFolder>
{
    private string Evidence => deposited.Evidence;

    private string Trust => deposited.Trust;

    [Fact]
    public async Task The_verdict_comes_first_then_the_time_then_the_checks()
    {
        var lines = (await RunAsync(0, "verify", Evidence, deposited.Documents, "--trust", Trust)).Output.Split('\n');

        Assert.StartsWith("PASS: ", lines[0], StringComparison.Ordinal);
        Assert.Equal("No one but the operator vouches for the time.", lines[1]);
        Assert.Equal(
            ["file", "commitment", "claims", "signature", "inclusion", "checkpoint", "witnesses", "time", "bitcoin"],
            lines[3..12].Select(line => line[13..24].Trim()));
    }

    [Fact]
    public async Task Without_a_file_it_speaks_of_the_certificate_alone() => Assert.StartsWith(
        "No file was given, so this is about the certificate alone.",
        (await RunAsync(0, "verify", Evidence, "--trust", Trust)).Output,
        StringComparison.Ordinal);

    [Fact]
    public async Task A_changed_document_fails()
    {
        Write("rotor.step");

        Assert.StartsWith("FAIL (file): ", (await RunAsync(1, "verify", Evidence, At("rotor.step"), "--trust", Trust)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renamed_document_passes_and_that_is_said()
    {
        File.Copy(Path.Combine(deposited.Documents, "rotor.step"), At("renamed.step"));

        Assert.Contains("renamed.step", (await RunAsync(0, "verify", Evidence, At("renamed.step"), "--trust", Trust)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_without_its_package_verifies_too()
    {
        await File.WriteAllBytesAsync(At("certificate.json"), ReadEvidence(Evidence).Certificate.ToJson(), Cancellation);

        await RunAsync(0, "verify", At("certificate.json"), "--trust", Trust);
        await RunAsync(3, "verify", At("certificate.json"), deposited.Documents, "--trust", Trust);
        await RunAsync(0, "show", At("certificate.json"));
    }

    [Fact]
    public async Task Trust_in_another_ledger_is_no_pass()
    {
        var other = SigningKey.Create("ledger.example.org/other", new byte[32]).Verifier;
        await File.WriteAllTextAsync(At("other"), TrustPolicy.Format(other, null), Cancellation);

        var result = await NotaryProcess.RunAsync("verify", Evidence, "--trust", At("other"));

        Assert.True(result.ExitCode is 1 or 3, result.Output);
        Assert.DoesNotContain("PASS: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_is_also_JSON()
    {
        var output = (await RunAsync(0, "verify", Evidence, deposited.Documents, "--trust", Trust, "--json")).Output;

        using var json = JsonDocument.Parse(output);
        Assert.Equal("PASS", json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(9, json.RootElement.GetProperty("checks").GetArrayLength());
    }

    [Fact]
    public async Task It_writes_the_report_in_every_form_asked_for_and_never_over_a_file()
    {
        await RunAsync(0, "verify", Evidence, deposited.Documents, "--trust", Trust, "--report", At("report.html"), "--report", At("report.json"));

        var html = await File.ReadAllTextAsync(At("report.html"), Cancellation);
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(At("report.json"), Cancellation));
        Assert.Contains("核验报告", html, StringComparison.Ordinal);
        Assert.Equal("PASS", json.RootElement.GetProperty("verdict").GetString());
        var evidence = Hash.Of(await File.ReadAllBytesAsync(Evidence, Cancellation)).ToString();
        Assert.Contains(evidence, html, StringComparison.Ordinal);
        Assert.Equal(evidence, json.RootElement.GetProperty("evidence")[0].GetProperty("sha256").GetString());
        var program = Hash.Of(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "notary.dll"), Cancellation)).ToString();
        Assert.Contains(program, html, StringComparison.Ordinal);
        Assert.DoesNotContain(At(""), html, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(At("report.html")));

        var refused = await RunAsync(2, "verify", Evidence, "--trust", Trust, "--report", At("report.html"), "--report", At("report.doc"), "--report", At("new.json"));
        Assert.Contains("is not overwritten", refused.Error, StringComparison.Ordinal);
        Assert.Contains("none of .pdf, .html and .json", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("new.json")));
        await RunAsync(2, "verify", Evidence, "--trust", Trust, "--report", At("no/such/folder.html"));
    }

    [Fact]
    public async Task Evidence_holds_a_page_for_reading_and_a_planted_one_is_called_so()
    {
        var evidence = ReadEvidence(Evidence);
        Assert.Equal(CertificatePage.Secrecy(evidence.Certificate), Assert.Single(evidence.Pages).Content.ToArray());
        Assert.Contains("byte for byte", (await RunAsync(0, "verify", Evidence, "--trust", Trust)).Output, StringComparison.Ordinal);

        await using (var planted = File.Create(At("planted.zip")))
            evidence.WithPages([new Attachment(Notary.Core.Evidence.HtmlPage, "<h1>PASS</h1>"u8.ToArray())]).Write(planted);
        Assert.Contains(
            "- certificate.html is NOT what this program renders",
            (await RunAsync(0, "verify", At("planted.zip"), "--trust", Trust)).Output,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh", null, "通过")]
    [InlineData(null, "zh_CN.UTF-8", "通过")]
    [InlineData("en", "zh_CN.UTF-8", "PASS")]
    [InlineData(null, "de_DE.UTF-8", "PASS")]
    public async Task It_speaks_the_readers_language(string? option, string? locale, string expected)
    {
        string[] language = option is null ? [] : ["--language", option];
        var environment = new Dictionary<string, string?> { ["LC_ALL"] = locale ?? "C.UTF-8" };

        var result = Ended(0, await NotaryProcess.RunInAsync(environment, ["verify", Evidence, deposited.Documents, "--trust", Trust, .. language]));

        Assert.StartsWith(expected, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_evidence_is_an_error_that_names_it_and_never_a_pass()
    {
        var bytes = await File.ReadAllBytesAsync(Evidence, Cancellation);
        await File.WriteAllBytesAsync(At("cut.zip"), bytes[..^1], Cancellation);
        await File.WriteAllBytesAsync(At("empty.zip"), [], Cancellation);
        await File.WriteAllTextAsync(At("text.zip"), "hello", Cancellation);
        await File.WriteAllTextAsync(At("certificate.json"), "{}", Cancellation);

        foreach (var name in new[] { "cut.zip", "empty.zip", "text.zip", "certificate.json" })
        {
            foreach (var verb in new string[][] { ["show"], ["verify", "--trust", Trust] })
            {
                var result = await RunAsync(2, [verb[0], At(name), .. verb[1..]]);
                Assert.StartsWith($"notary: error: {At(name)}: ", result.Error, StringComparison.Ordinal);
                Assert.Empty(result.Output);
            }
        }
    }

    [Theory]
    [InlineData("", "trust policy: does not end in a line feed")]
    [InlineData("nonsense\n", "trust policy: line 1")]
    [InlineData("quorum none\r\n", "trust policy: line 1")]
    public async Task A_damaged_trust_file_is_an_error_that_names_it(string text, string error)
    {
        await File.WriteAllTextAsync(At("policy"), text, Cancellation);

        Assert.Contains($"{At("policy")}: {error}", (await RunAsync(2, "verify", Evidence, "--trust", At("policy"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_files_folders_and_keys_are_errors()
    {
        Assert.Contains("option '--trust' is required", (await RunAsync(2, "verify", Evidence)).Error, StringComparison.Ordinal);
        Assert.Contains("no such file", (await RunAsync(2, "verify", At("none.zip"), "--trust", Trust)).Error, StringComparison.Ordinal);
        Assert.Contains("is a folder, not", (await RunAsync(2, "verify", deposited.Documents, "--trust", Trust)).Error, StringComparison.Ordinal);
        Assert.Contains("is a folder, not a trust file", (await RunAsync(2, "verify", Evidence, "--trust", deposited.Documents)).Error, StringComparison.Ordinal);
        Assert.Contains("none: no such file or folder", (await RunAsync(2, "verify", Evidence, At("none"), "--trust", Trust)).Error, StringComparison.Ordinal);
        Assert.Contains("--depositor: ", (await RunAsync(2, "verify", Evidence, "--trust", Trust, "--depositor", "me")).Error, StringComparison.Ordinal);
        Assert.Contains("--language is zh or en", (await RunAsync(2, "verify", Evidence, "--trust", Trust, "--language", "fr")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_keeps_what_is_claimed_apart_from_what_is_recomputed()
    {
        var output = (await RunAsync(0, "show", Evidence)).Output;

        string[] sections =
        [
            "The ledger's entry (public)", "Who deposited, as the operator claims", "What the depositor claims",
            "Documents (times are the depositor's claims)", "Recomputed here, on nobody's word", "Not checked here: ",
        ];
        var places = sections.Select(section => output.IndexOf(section, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.DoesNotContain("checkpoint  ", output[places[4]..places[5]], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_and_trust_files_are_written_once_and_privately()
    {
        var made = await RunAsync(0, "keygen", "--name", "acme-1", "--out", At("key"));
        Assert.StartsWith("acme-1+", made.Output, StringComparison.Ordinal);
        Assert.Equal(Notary.Cli.DurableFile.Private, Mode(At("key")));
        var secret = await File.ReadAllTextAsync(At("key"), Cancellation);
        Assert.Equal(made.Output.Trim(), SigningKey.Parse(secret.TrimEnd('\n')).Verifier.ToString());

        Assert.Contains("is not overwritten", (await RunAsync(2, "keygen", "--name", "acme-1", "--out", At("key"))).Error, StringComparison.Ordinal);
        Assert.Equal(secret, await File.ReadAllTextAsync(At("key"), Cancellation));
        Assert.Contains("--name Acme: is not 1 to 64 characters", (await RunAsync(2, "keygen", "--name", "Acme", "--out", At("key2"))).Error, StringComparison.Ordinal);
        Assert.Contains("cannot be written", (await RunAsync(2, "keygen", "--name", "acme", "--out", At("no/folder"))).Error, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", (await RunAsync(4, "trust", "--server", "http://127.0.0.1:9", "--out", At("trust"))).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("trust")));
    }

    [Fact]
    public async Task A_demonstration_ends_well_and_says_where_everything_is()
    {
        var result = await RunAsync(0, "demo", deposited.Documents);

        Assert.Contains("PASS: ", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, result.Output.Split("FAIL (").Length - 1);
        Assert.Contains("notary verify ", result.Output, StringComparison.Ordinal);
        var folder = result.Output.Split("everything of this demonstration is in ")[1].Split(';')[0];
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_terminal_gets_colours_and_a_pipe_plain_lines()
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "notary.dll"), "verify", Evidence, deposited.Documents, "--trust", Trust];
        var environment = new Dictionary<string, string?> { ["TERM"] = "xterm", ["LC_ALL"] = "C.UTF-8" };

        var terminal = await ExternalTool.RunAsync("script", ["-qec", string.Join(' ', command), "/dev/null"], environment: environment);

        Assert.Contains("\u001b[", terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', (await RunAsync(0, command[2..])).Output);
    }

    [Fact]
    public async Task Without_a_verb_it_says_what_there_is()
    {
        var result = await RunAsync(2);

        Assert.All(["serve", "deposit", "keygen", "trust", "verify", "show", "fsck", "demo"], verb => Assert.Contains("  " + verb, result.Output, StringComparison.Ordinal));
    }
}
