using System.Diagnostics.CodeAnalysis;

namespace Notary.Tests.Support;

/// <summary>The program in EndToEnd/go, built once a test run.</summary>
internal static class GoChecker
{
    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    /// <summary>Its path; skips the test where Go is missing.</summary>
    public static Task<string> PathAsync() => Built.Value;

    /// <summary>Builds the checker from Debian's packages golang-go and golang-golang-x-mod-dev, outside Go's module mode.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The built program lives as long as the test process.")]
    private static async Task<string> BuildAsync()
    {
        const string libraries = "/usr/share/gocode";
        if (!Directory.Exists(Path.Combine(libraries, "src/golang.org/x/mod/sumdb")))
            return ExternalTool.Missing<string>("golang-golang-x-mod-dev is not installed");
        var output = new TemporaryFolder().Path;
        var program = Path.Combine(output, "check");
        var build = await ExternalTool.RunAsync(
            "go",
            ["build", "-o", program, "."],
            Path.Combine(RepositoryFolder.Path, "tests/Notary.Tests/EndToEnd/go"),
            environment: new Dictionary<string, string?>
            {
                ["GO111MODULE"] = "off",
                ["GOPATH"] = libraries,
                ["GOCACHE"] = Path.Combine(output, "cache"),
            },
            timeout: TimeSpan.FromMinutes(3));
        build.Succeeded();
        return program;
    }
}
