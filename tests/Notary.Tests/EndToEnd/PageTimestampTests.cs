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
    public async Task The_page_says_what_the_program_says_of_doctored_tokens() =>
        await PageVerifier.AssertAgreementAsync([.. PageTimestampCases.Doctored(Seed, 1_500)]);
}
