using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>The verifier of the page against ours: the same results for the same reasons in the same words, in both languages.</summary>
public sealed class PageVerifierTests
{
    private const int Seed = 20261126;

    [Fact]
    public async Task The_committed_pages_are_what_their_sources_give()
    {
        var sources = Path.Combine(RepositoryFolder.Path, "src", "Notary.Web");
        if (!Directory.Exists(Path.Combine(sources, "node_modules")))
            ExternalTool.Missing<string>("the bundler is not installed (npm ci in src/Notary.Web)");

        (await ExternalTool.RunAsync("node", ["node_modules/typescript/bin/tsc"], sources)).Succeeded();
        (await ExternalTool.RunAsync("node", ["build.mjs", "--check"], sources)).Succeeded();
    }

    [Fact]
    public async Task The_page_says_what_the_program_says_of_every_vector_and_sample() =>
        await PageVerifier.AssertAgreementAsync([.. PageCases.Vectors(), .. PageCases.Samples()]);

    [Fact]
    public async Task The_page_says_what_the_program_says_of_damaged_copies() =>
        await PageVerifier.AssertAgreementAsync([.. PageCases.Mutations([.. PageCases.Vectors(), .. PageCases.Samples()], Seed, 12)]);

    [Fact]
    public async Task The_page_says_what_the_program_says_of_headers_key_changes_and_compromised_keys() =>
        await PageVerifier.AssertAgreementAsync(PageInputCases.All());

    [Fact]
    public async Task The_page_says_what_the_program_says_of_damaged_paths_headers_and_key_changes() =>
        await PageVerifier.AssertAgreementAsync([.. PageInputCases.Mutations(PageInputCases.All(), Seed, 12)]);

    [Fact]
    public async Task The_page_says_what_the_program_says_of_a_certificate_html_that_came_with_evidence()
    {
        var rendered = await PageVerifier.AssertAgreementAsync([.. PageHtmlCases.All()], "It shows what this program renders");

        Assert.True(rendered > 50, $"{rendered}");
    }

    [Fact]
    public async Task The_page_says_what_the_program_says_at_the_edges_of_every_format() =>
        await PageVerifier.AssertAgreementAsync(PageEdgeCases.All());
}
