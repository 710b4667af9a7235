using System.Text.Json;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Every field of every fingerprint in Vectors/v1.json, which a second implementation computed.</summary>
public sealed class FingerprintVectorTests
{
    public static TheoryData<int> Deposits => [.. Enumerable.Range(0, EvidenceSamples.Fingerprints.Count)];

    [Theory, MemberData(nameof(Deposits))]
    public void Binding_and_commitment_are_the_vectors(int deposit)
    {
        var vector = EvidenceSamples.Fingerprints[deposit];
        var id = EvidenceSamples.DepositIdOf(deposit);
        Assert.Equal(Text(vector, "deposit_binding"), Fingerprint.Binding(EvidenceSamples.Origin, id).ToString());
        Assert.Equal(Text(vector, "commitment"), EvidenceSamples.Fingerprint(deposit).Commitment.ToString());
    }

    [Theory, MemberData(nameof(Deposits))]
    public async Task Items_are_built_from_contents_as_in_the_vectors(int deposit)
    {
        using var hasher = new FileHasher();
        foreach (var vector in Items(deposit))
        {
            var content = Convert.FromHexString(Text(vector, "content_hex"));
            using var stream = new MemoryStream(content);
            var digest = await hasher.HashAsync(stream, (ulong)content.Length, cancellation: TestContext.Current.CancellationToken);
            Assert.True(Timestamp.TryParse(Text(vector, "modified"), out var modified));
            var item = digest.ToItem(Text(vector, "path"), modified);
            var expected = ItemText.Parse(Text(vector, "item"));
            Assert.Equal(expected, item with { Sm3 = expected.Sm3 });
            Assert.Equal(Text(vector, "item"), expected.ToText());
        }
    }

    [Theory, MemberData(nameof(Deposits))]
    public void Nonces_commitments_and_leaves_are_the_vectors(int deposit)
    {
        var binding = Fingerprint.Binding(EvidenceSamples.Origin, EvidenceSamples.DepositIdOf(deposit));
        foreach (var vector in Items(deposit))
        {
            var item = ItemText.Parse(Text(vector, "item"));
            var commitments = Fingerprint.Commit(binding, EvidenceSamples.Seed(deposit), item);
            Assert.Equal(Text(vector, "content_nonce"), commitments.ContentNonce.ToString());
            Assert.Equal(Text(vector, "metadata_nonce"), commitments.MetadataNonce.ToString());
            Assert.Equal(Text(vector, "content_commitment"), commitments.Content.ToString());
            Assert.Equal(Text(vector, "metadata_commitment"), commitments.Metadata.ToString());
            Assert.Equal(Text(vector, "leaf"), commitments.Leaf.ToString());
        }
    }

    [Theory, MemberData(nameof(Deposits))]
    public void Positions_paths_and_openings_are_the_vectors(int deposit)
    {
        var fingerprint = EvidenceSamples.Fingerprint(deposit);
        foreach (var vector in Items(deposit))
        {
            var item = ItemText.Parse(Text(vector, "item"));
            Assert.Equal(Text(vector, "leaf"), fingerprint.LeafOf(item).ToString());
            Assert.Equal(Text(vector, "leaf"), fingerprint.Leaves[vector.GetProperty("index").GetInt32()].ToString());
            var opening = fingerprint.Open(item);
            Assert.Equal(
                vector.GetProperty("path_hashes").EnumerateArray().Select(hash => hash.GetString()!),
                opening.Path.Select(step => step.Sibling.ToString()));
            Assert.Equal(Text(vector, "opening"), opening.ToText());
            Assert.Equal(Text(vector, "opening"), Opening.Parse(opening.ToText()).ToText());
        }
    }

    private static JsonElement.ArrayEnumerator Items(int deposit) =>
        EvidenceSamples.Fingerprints[deposit].GetProperty("items").EnumerateArray();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
