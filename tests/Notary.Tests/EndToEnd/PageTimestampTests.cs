using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>Check 8 in the page against ours: RFC 3161 tokens, good and bad, said in the same words.</summary>
public sealed class PageTimestampTests : CliTest
{
    private const int Seed = 20261127;

    [Fact]
    public async Task The_page_says_what_the_program_says_of_single_tokens() =>
        await PageVerifier.AssertAgreementAsync([.. PageTimestampCases.Single()]);

    [Fact]
    public async Task The_page_says_what_the_program_says_of_several_tokens_and_of_files_of_roots() =>
        await PageVerifier.AssertAgreementAsync([.. PageTimestampCases.Evidence()]);

    [Fact]
    public async Task The_page_says_what_the_program_says_of_damaged_tokens() =>
        await PageVerifier.AssertAgreementAsync([.. PageTimestampCases.Mutations(Seed, 8)]);

    [Fact]
    public async Task The_page_says_what_the_program_says_of_chains_of_authorities() =>
        await PageVerifier.AssertAgreementAsync([.. PageChainCases.Agreed()]);

    [Fact]
    public async Task The_page_says_what_the_program_says_of_openssls_tokens()
    {
        var cases = new List<PageCase>();
        foreach (var (digest, withPss) in ((string, bool)[])[("sha256", false), ("sha1", false), ("sha384", true), ("sha1", true)])
        {
            var authority = await OpenSslAuthority.CreateAsync(At($"{digest} {withPss}"), digest, withPss);
            var query = new TimestampQuery(MessageImprint.Of(Hash.Of(PageTimestampCases.Checkpoint))) { Nonce = new byte[] { 1, 2 }, WantsCertificate = true };
            var token = TimestampReply.Parse(await authority.ReplyAsync(query.ToDer())).Token!.Value.ToArray();
            cases.Add(PageTimestampCases.Of($"OpenSSL, {digest}, PSS {withPss}", await File.ReadAllTextAsync(authority.RootFile, Cancellation), token));
            cases.Add(PageTimestampCases.Of($"OpenSSL, {digest}, PSS {withPss}, no roots", null, token));
        }

        Assert.Contains("time: PASS", cases[0].Expected(), StringComparison.Ordinal);
        await PageVerifier.AssertAgreementAsync(cases);
    }

    /// <summary>Never a pass, and never a failure of what may well be in order: the one place where page and program differ.</summary>
    [Fact]
    public async Task Keys_and_constraints_that_the_page_does_not_know_are_left_open_and_said_to_be()
    {
        IReadOnlyList<PageCase> cases = [.. PageChainCases.Beyond()];
        foreach (var (one, answer) in cases.Zip(await PageVerifier.AnswersAsync(cases)))
        {
            Assert.Contains("time: PASS", one.Expected(), StringComparison.Ordinal);
            Assert.Contains("of a kind that this page does not verify ('notary verify' and 'openssl ts -verify' do)", PageCase.Print(answer), StringComparison.Ordinal);
            Assert.Contains("time: NOT CHECKED", PageCase.Print(answer), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_page_says_what_the_program_says_of_doctored_tokens() =>
        await PageVerifier.AssertAgreementAsync([.. PageTimestampCases.Doctored(Seed, 1_500)]);
}
