using System.Text.RegularExpressions;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>The README's recipe for checking by hand runs as it is written, and stops at whatever was altered.</summary>
public sealed partial class ReadmeTests
{
    private const string Document = "rotor geometry, rev. C\n";

    [Fact]
    public async Task The_recipe_by_hand_accepts_true_evidence_in_trees_of_every_shape()
    {
        for (var others = 0; others < 9; others++)
        {
            using var folder = new TemporaryFolder();
            var result = (await RunAsync(folder, Deposit(before: others / 2, after: others).Evidence(), Document)).Succeeded();
            Assert.Equal(6, Regex.Count(result.Output, "^ok: ", RegexOptions.Multiline));
            Assert.Contains("Signature Verified Successfully", result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_recipe_stops_at_an_altered_document()
    {
        using var folder = new TemporaryFolder();
        var result = await RunAsync(folder, Deposit(2, 3).Evidence(), Document + "\0");
        AssertStopped(result, "the document has the digest of the manifest");
    }

    [Theory]
    [InlineData("seed", "it opens the statement's commitment")]
    [InlineData("manifest", "the document has the digest of the manifest")]
    [InlineData("statement", "the statement is in the ledger at its index")]
    [InlineData("claims", "the claims are the statement's")]
    [InlineData("request", "the request is the claims'")]
    [InlineData("proof", "the statement is in the ledger at its index")]
    public async Task The_recipe_stops_at_an_altered_text(string what, string step)
    {
        using var folder = new TemporaryFolder();
        AssertStopped(await RunAsync(folder, Alter(Deposit(2, 3).Evidence(), what), Document), step);
    }

    [Fact]
    public async Task The_recipe_refuses_another_key_of_the_same_name()
    {
        using var folder = new TemporaryFolder();
        var other = SigningKey.Create(new TestLedger().Origin, new byte[32]).Verifier;
        var result = await RunAsync(folder, Deposit(2, 3).Evidence(), Document, other.ToString());
        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("Verified Successfully", result.Output, StringComparison.Ordinal);
    }

    /// <summary>A deposit with others before and after it on the ledger.</summary>
    private static TestDeposit Deposit(int before, int after)
    {
        var ledger = new TestLedger();
        for (var i = 0; i < before; i++)
            ledger.Deposit();
        var deposit = ledger.Deposit(("设计/rotor geometry.step", Document));
        for (var i = 0; i < after; i++)
            ledger.Deposit();
        return deposit;
    }

    private static Evidence Alter(Evidence evidence, string what)
    {
        var (certificate, manifest, seed) = (evidence.Certificate, evidence.Manifest!, evidence.Seed!.Value);
        string Swap(string? text, string from, string to)
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            return text!.Replace(from, to, StringComparison.Ordinal);
        }

        switch (what)
        {
            case "seed":
                return Evidence.Create(certificate, manifest, Hash.Of([0]));
            case "manifest":
                return Evidence.Create(certificate, new Manifest([manifest.Items[0] with { Sha256 = Hash.Of([0]) }]), seed);
            case "statement":
                return Evidence.Create(certificate with { Statement = Swap(certificate.Statement, "12ms", "13ms") }, manifest, seed);
            case "claims":
                return Evidence.Create(certificate with { Claims = Swap(certificate.Claims, "depositor local", "depositor other") }, manifest, seed);
            case "request":
                return Evidence.Create(certificate with { Request = Swap(certificate.Request, "kind trade-secret", "kind trade-secrets") }, manifest, seed);
            default:
                return Evidence.Create(certificate with { Proof = Swap(certificate.Proof, "index 3", "index 2") }, manifest, seed);
        }
    }

    private static async Task<ToolResult> RunAsync(TemporaryFolder folder, Evidence evidence, string document, string? vkey = null)
    {
        foreach (var tool in (string[])["bash", "unzip", "xxd", "openssl", "sha256sum", "awk"])
            ExternalTool.Require(tool);
        using (var package = File.Create(Path.Combine(folder.Path, "e.zip")))
            evidence.Write(package);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "document"), document, TestContext.Current.CancellationToken);
        var recipe = Recipe().Match(await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Path, "README.md"), TestContext.Current.CancellationToken)).Groups[1].Value;
        Assert.NotEmpty(recipe);
        return await ExternalTool.RunAsync("bash", ["-c", recipe], folder.Path, environment: new Dictionary<string, string?>
        {
            ["EVIDENCE"] = "e.zip",
            ["FILE"] = "document",
            ["VKEY"] = vkey ?? new TestLedger().Key.Verifier.ToString(),
        });
    }

    private static void AssertStopped(ToolResult result, string step)
    {
        Assert.True(result.ExitCode == 1, result.Output + result.Error);
        Assert.EndsWith($"DOES NOT HOLD: {step}\n", result.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex("^```bash by-hand\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Recipe();
}
