using System.Text;
using System.Text.Json;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>The format's worked examples, made by another implementation, through the verifier.</summary>
public sealed class VerifierVectorTests
{
    private static readonly JsonElement Vectors = Read();

    private static TrustPolicy Policy => TrustPolicy.Parse(TrustPolicy.Format(VerifierKey.Parse(Text(Vectors, "vkey")), null));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_deposit_of_the_vectors_passes_with_its_files(int number)
    {
        var report = Verifier.Verify(EvidenceOf(number), new VerifierInputs(Policy) { Files = FilesOf(number) });

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(number == 0, Verifier.NeedsSm3(EvidenceOf(number)));
        Assert.Equal("No one but the operator vouches for the time.", report.TimeSentence.English);
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.File));
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Commitment));
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Claims));
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Inclusion));
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Checkpoint));
        // The first of them is unsigned.
        Assert.Equal(number == 0 ? CheckResult.NotChecked : CheckResult.Pass, report.Result(CheckNames.Signature));
    }

    [Fact]
    public void The_vectors_depositor_key_verifies_the_signed_requests()
    {
        var key = VerifierKey.Parse(Text(Vectors, "depositor_vkey"));
        var report = Verifier.Verify(EvidenceOf(2), new VerifierInputs(Policy) { Depositor = key });

        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Signature));
        Assert.Contains("the key that you gave", report.Reason(CheckNames.Signature), StringComparison.Ordinal);
    }

    [Fact]
    public void A_previous_deposit_is_claimed_until_its_certificate_is_given()
    {
        var alone = Verifier.Verify(EvidenceOf(2), new VerifierInputs(Policy));
        var with = Verifier.Verify(EvidenceOf(2), new VerifierInputs(Policy) { Previous = [CertificateOf(1)] });

        Assert.Contains(alone.Notes, note => note.English.Contains("is the depositor's claim", StringComparison.Ordinal));
        Assert.Contains(with.Notes, note => note.English.Contains("as the certificate given for that deposit confirms", StringComparison.Ordinal));
        Assert.Equal(Verdict.Pass, with.Verdict);
    }

    [Fact]
    public void Every_opening_of_the_vectors_passes_alone()
    {
        for (var number = 0; number < 4; number++)
        {
            foreach (var item in Vectors.GetProperty("fingerprints")[number].GetProperty("items").EnumerateArray())
            {
                Assert.True(Hash.TryParseHex(Text(item, "leaf"), out var leaf));
                var opening = Opening.Parse(Text(item, "opening"));
                var evidence = Evidence.Disclose(CertificateOf(number), [KeyValuePair.Create(leaf, opening)]);
                var file = FileOf(item);

                var report = Verifier.Verify(evidence, new VerifierInputs(Policy) { Files = [file] });

                Assert.Equal(Verdict.Pass, report.Verdict);
            }
        }
    }

    private static Evidence EvidenceOf(int number)
    {
        var fingerprint = Vectors.GetProperty("fingerprints")[number];
        var items = fingerprint.GetProperty("items").EnumerateArray().Select(item => ItemText.Parse(Text(item, "item")));
        return Evidence.Create(CertificateOf(number), Manifest.Create(items), Hex(fingerprint.GetProperty("seed")));
    }

    private static Certificate CertificateOf(int number)
    {
        var deposit = Vectors.GetProperty("deposits")[number];
        return new Certificate
        {
            Statement = Text(deposit, "statement"),
            Claims = Text(deposit, "claims"),
            Request = Text(deposit, "request"),
            Proof = Text(deposit, "proof"),
        };
    }

    private static List<GivenFile> FilesOf(int number) =>
        [.. Vectors.GetProperty("fingerprints")[number].GetProperty("items").EnumerateArray().Select(FileOf)];

    private static GivenFile FileOf(JsonElement item)
    {
        var content = Convert.FromHexString(Text(item, "content_hex"));
        using var hasher = new FileHasher(withSm3: true);
        var digest = hasher.HashAsync(new MemoryStream(content), (ulong)content.Length).AsTask().GetAwaiter().GetResult();
        return new GivenFile(Text(item, "path"), digest.Size, digest.Sha256, digest.Sm3);
    }

    private static JsonElement Read()
    {
        var file = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "v1.json"), Encoding.UTF8);
        using var document = JsonDocument.Parse(file);
        return document.RootElement.Clone();
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static Hash Hex(JsonElement element) =>
        Hash.TryParseHex(element.GetString(), out var hash) ? hash : throw new InvalidOperationException("A hash of the vectors is not hex.");
}
