using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>Whose word on time a verifier takes, given on the command line: what is wrong with it is said before anything is judged by it.</summary>
public sealed class TimeSourceOptionTests : CliTest
{
    private static readonly string Vectors = Path.Combine(AppContext.BaseDirectory, "Vectors", "opentimestamps");

    private static string Header => File.ReadAllText(Path.Combine(Vectors, "block-358391.header.hex")).Trim();

    [Theory]
    [InlineData("line 1: holds a header that has a hash without the proof of work that it claims", "--headers", "unworked")]
    [InlineData("line 2: holds a header that is not 160 hex digits", "--headers", "short")]
    [InlineData("line 2: gives block 358391 another header than a line before", "--headers", "two")]
    [InlineData("holds no header", "--headers", "empty")]
    [InlineData("not there", "--headers", "not there")]
    [InlineData("--headers and --bitcoin are both given", "--headers", "good", "--bitcoin", "http://127.0.0.1:1")]
    [InlineData("--bitcoin: is not of the form http://[USER:PASSWORD@]HOST:PORT", "--bitcoin", "ftp://me:secret@127.0.0.1")]
    [InlineData("--bitcoin-cookie is given without --bitcoin", "--bitcoin-cookie", "good")]
    public async Task Headers_that_are_none_are_a_mistake_and_no_verdict(string words, params string[] options)
    {
        var other = Convert.ToHexStringLower(TestBlock.With(Hash.Of([1]), TestLedger.Created).ToBytes());
        await File.WriteAllTextAsync(At("good"), $"358391 {Header}\n", Cancellation);
        // The Merkle root is another one: what was found for the real one does not count.
        await File.WriteAllTextAsync(At("unworked"), $"358391 {Header[..72]}{new string('0', 64)}{Header[136..]}\n", Cancellation);
        await File.WriteAllTextAsync(At("short"), $"358391 {Header}\n358392 {Header[..158]}\n", Cancellation);
        await File.WriteAllTextAsync(At("two"), $"358391 {Header}\n358391 {other}\n", Cancellation);
        await File.WriteAllTextAsync(At("empty"), "# nothing\n", Cancellation);
        string[] given = [.. options.Select(option => option.Contains('/', StringComparison.Ordinal) || option.StartsWith("--", StringComparison.Ordinal) ? option : At(option))];

        var refused = await RunAsync(2, ["ots", "verify", Path.Combine(Vectors, "hello-world.txt"), Path.Combine(Vectors, "hello-world.txt.ots"), .. given]);

        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
    }

    [Fact]
    public async Task A_header_of_the_right_height_with_work_but_another_root_fails_the_document()
    {
        var other = Convert.ToHexStringLower(TestBlock.With(Hash.Of([1]), TestLedger.Created).ToBytes());
        await File.WriteAllTextAsync(At("other"), $"358391 {other}\n", Cancellation);
        var failed = await RunAsync(1, "ots", "verify", Path.Combine(Vectors, "hello-world.txt"), Path.Combine(Vectors, "hello-world.txt.ots"), "--headers", At("other"));
        Assert.Contains("FAIL: the timestamp leads to", failed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_exit_code_4_and_the_hint_names_the_other_way()
    {
        var dead = await RunAsync(4, "ots", "verify", Path.Combine(Vectors, "hello-world.txt"), Path.Combine(Vectors, "hello-world.txt.ots"), "--bitcoin", "http://me:secret@127.0.0.1:1");
        Assert.Contains("cannot be asked", dead.Error, StringComparison.Ordinal);
        Assert.Contains("hint: without a node, give the headers yourself: --headers FILE", dead.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", dead.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hold no root", "signer")]
    [InlineData("hold no root", "text")]
    [InlineData("hold a PEM block that is no certificate", "broken")]
    [InlineData("not there", "not there")]
    public async Task Roots_that_are_none_are_a_mistake_and_no_verdict(string words, string file)
    {
        var authority = new TestAuthority();
        var cms = new System.Security.Cryptography.Pkcs.SignedCms();
        cms.Decode(authority.Stamp("abc"u8, TestLedger.Created));
        await File.WriteAllTextAsync(At("signer"), cms.SignerInfos[0].Certificate!.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(At("text"), "no certificate\n", Cancellation);
        await File.WriteAllTextAsync(At("broken"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", Cancellation);
        await File.WriteAllBytesAsync(At("evidence.zip"), EvidenceSamples.Pack(EvidenceSamples.Full(0)), Cancellation);
        await File.WriteAllTextAsync(At("trust"), $"log {FormatVectors.V1.Text("vkey")}\nquorum none\n", Cancellation);

        var refused = await RunAsync(2, "verify", At("evidence.zip"), "--trust", At("trust"), "--tsa-roots", At(file));

        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
        await RunAsync(2, "serve", "--data", At("data"), "--outside-tsa", $"http://127.0.0.1:1/={At(file)}");
        Assert.False(Directory.Exists(At("data")));
    }
}
