using System.Globalization;
using System.Text.RegularExpressions;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// <c>notary verify</c> and the package's own scripts come to the same end on every package, good and bad: the same exit
/// code for a pass and for what is undecided, and a refusal by all of what one of them refuses. Of what none refuses they
/// say the same, check by check, and date the entry alike.
/// </summary>
public sealed partial class DisclosureScriptTests : CliTest
{
    private static readonly string[] Groups = ["true", "shapes", "trust", "damaged", "rearranged", "forged", "edges", "attached", "witnessed", "stamped", "bent"];

    private static string Script(string name) => Path.Combine(RepositoryFolder.Path, "src", "Notary.Cli", "Disclosing", name);

    public static TheoryData<string> AllGroups => [.. Groups];

    [Theory, MemberData(nameof(AllGroups))]
    public async Task The_shell_script_agrees(string group)
    {
        var cases = new DisclosureCases().Groups(group).ToList();
        await Parallel.ForAsync(0, cases.Count, Cancellation, async (i, _) =>
        {
            var folder = At(string.Create(CultureInfo.InvariantCulture, $"{i}"));
            var files = Unpack(cases[i], folder);
            var result = await RunShellAsync(Script("verify.sh"), [
                "--package", folder,
                .. cases[i].Trust is not null ? (string[])["--trust", $"{folder}-trust"] : cases[i].Key is { } key ? ["--key", key.ToString()] : [],
                .. cases[i].Headers is not null ? (string[])["--headers", $"{folder}-headers"] : [],
                .. cases[i].Depositor is { } depositor ? (string[])["--depositor", depositor.ToString()] : [],
                "--", .. files]);
            AssertAgreed(cases[i], result.ExitCode, result.Output + result.Error);
        });
    }

    [Fact]
    public async Task The_PowerShell_script_agrees()
    {
        // One process for all: a start takes longer than a verification.
        var pwsh = ExternalTool.Require("pwsh");
        var all = new DisclosureCases();
        var cases = Groups.SelectMany(all.Groups).ToList();
        var calls = cases.Select((one, i) =>
        {
            var folder = At(string.Create(CultureInfo.InvariantCulture, $"{i}"));
            string[] arguments =
            [
                "-Package", folder,
                .. one.Trust is not null ? (string[])["-Trust", $"{folder}-trust"] : one.Key is { } key ? ["-Key", key.ToString()] : [],
                .. one.Headers is not null ? (string[])["-Headers", $"{folder}-headers"] : [],
                .. one.Depositor is { } depositor ? (string[])["-Depositor", depositor.ToString()] : [],
                .. Unpack(one, folder),
            ];
            return $"& $script {string.Join(' ', arguments.Select(Quoted))} *> out.txt; \"$LASTEXITCODE $((Get-Content -Raw out.txt) -replace '\\s+', ' ')\"\n";
        });
        await File.WriteAllTextAsync(At("all.ps1"), $"$script = {Quoted(Script("verify.ps1"))}\n{string.Concat(calls)}", Cancellation);

        var result = (await ExternalTool.RunAsync(
            pwsh,
            ["-NoProfile", "-NonInteractive", "-File", At("all.ps1")],
            At(""),
            environment: new Dictionary<string, string?> { ["POWERSHELL_TELEMETRY_OPTOUT"] = "1", ["NO_COLOR"] = "1" },
            timeout: TimeSpan.FromMinutes(5))).Succeeded();

        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(cases.Count, lines.Length);
        for (var i = 0; i < cases.Count; i++)
            AssertAgreed(cases[i], int.Parse(lines[i].Split(' ')[0], CultureInfo.InvariantCulture), lines[i]);
    }

    [Fact]
    public async Task Unzipped_and_run_as_the_README_of_the_package_says()
    {
        var cases = new DisclosureCases();
        await File.WriteAllBytesAsync(At("court.zip"), cases.Package().Zip(), Cancellation);
        (await ExternalTool.RunAsync("env", ["-i", ExternalTool.Require("unzip"), "-q", At("court.zip"), "-d", At("court")])).Succeeded();

        var result = (await RunShellAsync(At("court/07_verify/verify.sh"), "--key", cases.Key.ToString())).Succeeded();

        Assert.Contains("通过 PASS: ", result.Output, StringComparison.Ordinal);
        Assert.Equal(4, result.Output.Split('\n').Count(line => line.StartsWith("  same ", StringComparison.Ordinal)));
        Assert.DoesNotContain("\u202E", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("needs a value", "--key"), InlineData("--key: not the public key", "--key", "me"), InlineData("--depositor: not a public key", "--depositor", "x+y+z")]
    [InlineData("unknown option", "--kye", "x"), InlineData("not a file that can be read", "no such file"), InlineData("no such folder", "--package", "/nowhere")]
    public async Task A_bad_command_is_refused_and_says_why(string reason, params string[] arguments)
    {
        var result = await RunShellAsync(Script("verify.sh"), arguments);

        Assert.Equal(ExitCode.Input, result.ExitCode);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_and_devices_among_the_files_are_refused()
    {
        var cases = new DisclosureCases();
        cases.Package().Unpack(At("court"));
        File.CreateSymbolicLink(At("court/link"), "/etc/passwd");
        Assert.Contains("a link", (await RunShellAsync(Script("verify.sh"), "--package", At("court"))).Error, StringComparison.Ordinal);
        File.Delete(At("court/link"));
        (await ExternalTool.RunAsync("mkfifo", [At("court/fifo")])).Succeeded();
        Assert.Contains("no file", (await RunShellAsync(Script("verify.sh"), "--package", At("court"))).Error, StringComparison.Ordinal);
    }

    /// <summary>A shell that has the system's tools and nothing of our environment: no .NET, no locale, no home.</summary>
    private static Task<ToolResult> RunShellAsync(string script, params IEnumerable<string> arguments)
    {
        foreach (var tool in (string[])["bash", "xxd", "openssl", "sha256sum"])
            ExternalTool.Require(tool);
        return ExternalTool.RunAsync("env", ["-i", "PATH=/usr/bin:/bin", "bash", script, .. arguments]);
    }

    /// <summary>Unpacks the package, and writes the documents given beside it under a name that a careless script would run.</summary>
    private static List<string> Unpack(DisclosureCase one, string folder)
    {
        Directory.CreateDirectory(folder);
        one.Package.Unpack(folder);
        if (one.Trust is { } trust)
            File.WriteAllText($"{folder}-trust", trust);
        if (one.Headers is { } headers)
            File.WriteAllText($"{folder}-headers", headers);
        var given = new List<string>();
        foreach (var content in one.Given)
        {
            given.Add($"{folder}-given $(id) '{given.Count}");
            File.WriteAllText(given[^1], content);
        }

        return given;
    }

    // An option's name in quotes would be a value.
    private static string Quoted(string text) => text is ['-', ..] ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static void AssertAgreed(DisclosureCase one, int exitCode, string output)
    {
        var report = one.Ours;
        var ours = report is null ? ExitCode.Failed : VerifyCommand.ExitCodeOf(report.Verdict);
        Assert.True(
            Class(exitCode) == ours && (one.Expected is not { } expected || Class(expected) == ours),
            $"{one.What}: notary verify {ours}, the script {exitCode}, expected {one.Expected}\n{output}");
        if (report is null || exitCode == ExitCode.Input)
            return;
        var said = ResultLine().Matches(output).ToDictionary(match => match.Groups["check"].Value, match => match.Groups["result"].Value);
        Assert.Equal(
            $"{one.What}: {string.Join(' ', report.Checks.Select(check => $"{check.Name} {Word(check.Result)}"))}",
            $"{one.What}: {string.Join(' ', report.Checks.Select(check => $"{check.Name} {said.GetValueOrDefault(check.Name)}"))}");
        Assert.Equal($"{one.What} {Time().Match(report.TimeSentence.English).Value}", $"{one.What} {Time().Match(output).Value}");
    }

    private static string Word(CheckResult result) => result switch { CheckResult.Pass => "PASS", CheckResult.Fail => "FAIL", _ => "NOT CHECKED" };

    /// <summary>A package that is refused may be called malformed (2) or false (1).</summary>
    private static int Class(int exitCode) => exitCode == ExitCode.Input ? ExitCode.Failed : exitCode;

    [GeneratedRegex(@"(?<result>PASS|FAIL|NOT CHECKED) +\S+ (?<check>file|commitment|claims|signature|inclusion|checkpoint|witnesses|time|bitcoin): ")]
    private static partial Regex ResultLine();

    [GeneratedRegex(@"existed no later than \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")]
    private static partial Regex Time();
}
