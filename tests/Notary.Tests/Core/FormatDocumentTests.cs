using System.Text;
using System.Text.RegularExpressions;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>The examples in proto/README.md are exact and belong together, so that a stranger can build on the page.</summary>
public sealed partial class FormatDocumentTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "proto", "README.md"));

    private static readonly string[] Blocks = [.. Fence().Matches(Page).Select(match => match.Groups[1].Value)];

    private static ItemText Item => ItemText.Parse(Single("notary.item/v1"));

    private static Statement Statement => Statement.Parse(Single("notary.statement/v1"));

    [Fact]
    public void Every_text_of_the_page_reads_and_prints_back()
    {
        Assert.Equal(Single("notary.item/v1"), Item.ToText());
        Assert.Equal(Single("notary.statement/v1"), Statement.ToText());
        Assert.Equal(Single("notary.opening/v1"), Opening.Parse(Single("notary.opening/v1")).ToText());
        Assert.Equal(Single("notary.claims/v1"), Claims.Parse(Single("notary.claims/v1")).ToText());
        Assert.Equal(Single("notary.genesis/v1"), Genesis.Parse(Single("notary.genesis/v1")).ToText());
        Assert.Equal(Single("notary.key/v1"), KeyChange.Parse(Single("notary.key/v1")).ToText());
        Assert.Equal(Single("c2sp.org/tlog-proof@v1"), TlogProof.Parse(Single("c2sp.org/tlog-proof@v1")).ToString());
        Assert.Equal(Single("notary.clock/v1"), ClockRecord.Parse(Single("notary.clock/v1")).ToText());
        Assert.Equal(Hash.Of(Encoding.UTF8.GetBytes(Single("notary.clock-log/v1"))), ClockRecord.Parse(Single("notary.clock/v1")).Log);
        Assert.Equal(Single("notary.notice/v1"), SuccessionNotice.Parse(Single("notary.notice/v1")).ToText());
        Assert.Equal(Single("notary.context/v1"), ContextRecord.Parse(Single("notary.context/v1")).ToText());
        Assert.Equal(2, Requests.Length);
        Assert.Null(Requests[0].Note);
        Assert.NotNull(Requests[1].Note);
    }

    [Fact]
    public void The_hashes_of_the_page_are_those_of_its_example()
    {
        var seed = default(Hash); // the 32 zero bytes of the example
        Assert.Equal(Hash.Of("rotor"u8), Item.Sha256);
        var fingerprint = Fingerprint.Create(Statement.Ledger, Statement.Deposit, seed, [Item], TestContext.Current.CancellationToken);
        var commitments = Fingerprint.Commit(Fingerprint.Binding(Statement.Ledger, Statement.Deposit), seed, Item);
        Assert.Equal(Statement.Commitment, fingerprint.Commitment);
        Assert.Contains($"| X | `{Fingerprint.Binding(Statement.Ledger, Statement.Deposit)}` |", Page, StringComparison.Ordinal);
        Assert.Contains($"| Cc | `{commitments.Content}` |", Page, StringComparison.Ordinal);
        Assert.Contains($"| Cm | `{commitments.Metadata}` |", Page, StringComparison.Ordinal);
        Assert.Contains($"| L = C | `{fingerprint.Commitment}` |", Page, StringComparison.Ordinal);
        Assert.Equal(Opening.Parse(Single("notary.opening/v1")).ToText(), fingerprint.Open(Item).ToText());
    }

    [Fact]
    public void Request_claims_statement_proof_and_key_of_the_page_belong_together()
    {
        var claims = Single("notary.claims/v1");
        Assert.Equal(Requests[0].Hash, Claims.Parse(claims).Request);
        Assert.Equal(Hash.Of(Encoding.UTF8.GetBytes(claims)), Statement.Claims);
        var leaf = MerkleHash.Leaf(Encoding.UTF8.GetBytes(Single("notary.statement/v1")));
        Assert.Contains($"`{leaf}`", Page, StringComparison.Ordinal);
        var proof = TlogProof.Parse(Single("c2sp.org/tlog-proof@v1"));
        Assert.True(MerkleTree.VerifyInclusion(proof.Index, proof.Checkpoint.Size, leaf, proof.Path, proof.Checkpoint.Root));
        var key = Genesis.Parse(Single("notary.genesis/v1")).Key;
        Assert.Equal(NoteCheck.Valid, proof.Note.Check(key));
        Assert.Equal(MerkleHash.Leaf(Encoding.UTF8.GetBytes(Single("notary.genesis/v1"))), Statement.AfterRoot);
        Assert.Null(new KeyChain(key).Continue(KeyChange.Parse(Single("notary.key/v1"))));
    }

    [Fact]
    public void The_numbers_of_the_page_are_those_of_its_certificate()
    {
        var certificate = new Certificate
        {
            Statement = Single("notary.statement/v1"),
            Claims = Single("notary.claims/v1"),
            Request = Encoding.UTF8.GetString(Requests[0].Bytes.Span),
            Proof = Single("c2sp.org/tlog-proof@v1"),
        };
        Assert.Contains($"`{CertificateNumbers.OfDeposit(Statement.Deposit)}`", Page, StringComparison.Ordinal);
        Assert.Contains($"`{CertificateNumbers.OfCertificate(certificate)}`", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_notice_of_the_page_names_the_checkpoint_of_the_page()
    {
        var notice = SuccessionNotice.Parse(Single("notary.notice/v1"));
        var proof = TlogProof.Parse(Single("c2sp.org/tlog-proof@v1"));
        Assert.Equal((proof.Checkpoint, Genesis.Parse(Single("notary.genesis/v1")).Key), (notice.Checkpoint, notice.Predecessor));
        Assert.Equal(NoteCheck.Valid, notice.Note.Check(notice.Predecessor));
    }

    /// <summary>What a court reads in Chinese must not fall behind: the same examples, and every spelling that the formats have.</summary>
    [Fact]
    public void The_Chinese_page_has_the_same_examples_and_names_the_same_spellings()
    {
        var chinese = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "proto", "README.zh.md"));

        Assert.Equal(Blocks, Fence().Matches(chinese).Select(match => match.Groups[1].Value));
        Assert.Equal(Spellings(Page), Spellings(chinese));
        Assert.Equal(Headings(Page), Headings(chinese));
    }

    /// <summary>What stands in a line as code, in order of the alphabet: sentences are not in the same order in both languages.</summary>
    private static IEnumerable<string> Spellings(string page) =>
        Code().Matches(Fence().Replace(page, "")).Select(match => match.Groups[1].Value.Replace('\n', ' ')).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Headings(string page) => Heading().Matches(Fence().Replace(page, "")).Select(match => match.Groups[1].Value);

    private static RequestBytes[] Requests =>
        [.. Blocks.Where(block => block.StartsWith("notary.request/v1\n", StringComparison.Ordinal)).Select(block => RequestBytes.Parse(Encoding.UTF8.GetBytes(block)))];

    private static string Single(string document) =>
        Assert.Single(Blocks, block => block.StartsWith(document + "\n", StringComparison.Ordinal));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("^(#+ (?:[0-9]+\\.)?)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("^```\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
