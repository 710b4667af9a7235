using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>Certificates as PDF in the page against ours: the certificate inside and the seal, in the same words; the pages stay open.</summary>
public sealed class PagePdfTests
{
    private const int Seed = 20261128;

    [Fact]
    public async Task The_page_says_what_the_program_says_of_sealed_and_unsealed_files() =>
        await PageVerifier.AssertAgreementAsync(await PagePdfCases.MadeAsync());

    [Fact]
    public async Task The_page_says_what_the_program_says_of_altered_and_forged_files() =>
        await PageVerifier.AssertAgreementAsync(await PagePdfCases.AlteredAsync(Seed, 150));
}
