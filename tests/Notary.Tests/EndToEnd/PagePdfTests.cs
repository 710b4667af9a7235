using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>Certificates as PDF in the page against ours: the certificate inside, the pages rendered again and the seal, in the same words.</summary>
public sealed class PagePdfTests
{
    private const int Seed = 20261128;

    [Fact]
    public async Task The_page_says_what_the_program_says_of_sealed_and_unsealed_files() =>
        await PageVerifier.AssertAgreementAsync(await PagePdfCases.MadeAsync());

    /// <summary>The page has a renderer of its own: it must give every byte that the program's gives.</summary>
    [Fact]
    public async Task The_page_renders_certificates_and_evidence_of_every_kind_to_the_same_bytes()
    {
        IReadOnlyList<PageCase> cases = [.. PagePdfCases.OfEveryKind()];

        Assert.True(cases.Count > 100);
        Assert.Equal(cases.Count, await PageVerifier.AssertAgreementAsync(cases, "pages: PASS"));
    }

    [Fact]
    public async Task The_page_says_what_the_program_says_of_files_that_no_renderer_writes() =>
        await PageVerifier.AssertAgreementAsync([.. PagePdfCases.Forged()]);

    [Fact]
    public async Task The_page_says_what_the_program_says_of_altered_and_forged_files() =>
        await PageVerifier.AssertAgreementAsync(await PagePdfCases.AlteredAsync(Seed, 150));
}
