using Xunit;

namespace Notary.Tests.Support;

/// <summary>The verifier of the built page, byte for byte, run in Node.</summary>
internal static class PageVerifier
{
    private const int Shown = 10;

    /// <summary>Asks both of each.</summary>
    /// <returns>How many of the answers hold the words.</returns>
    public static async Task<int> AssertAgreementAsync(IReadOnlyList<PageCase> cases, string words = "")
    {
        var answers = await AnswersAsync(cases);
        var differing = cases.Zip(answers).Select(both => PageCase.Difference(both.First, both.Second)).OfType<string>().ToList();
        Assert.True(differing.Count == 0, $"{differing.Count} of {cases.Count} differ:\n{string.Join("\n", differing.Take(Shown))}");
        return answers.Count(answer => PageCase.Print(answer).Contains(words, StringComparison.Ordinal));
    }

    /// <summary>What it says of each, in JSON.</summary>
    public static async Task<IReadOnlyList<string>> AnswersAsync(IReadOnlyList<PageCase> cases)
    {
        var js = Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "EndToEnd", "js");
        var page = Path.Combine(RepositoryFolder.Path, "src", "Notary.Server", "Web", "Pages", "verify.html");
        var questions = string.Concat(cases.Select(one => one.Question + "\n"));
        var answers = (await ExternalTool.RunAsync("node", [Path.Combine(js, "page-verifier.mjs"), page], js, questions)).Succeeded()
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(cases.Count, answers.Length);
        return answers;
    }
}
