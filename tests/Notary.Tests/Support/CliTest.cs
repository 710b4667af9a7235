using Notary.Core;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>A test of the command line: a folder to work in, and words for what the tests do over and over.</summary>
public abstract class CliTest : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A path in the test's folder.</summary>
    protected string At(string path) => folder.Path + "/" + path;

    /// <summary>Writes files, each with its own path as content; returns the first one's full path.</summary>
    protected string Write(params string[] paths)
    {
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
            File.WriteAllText(At(path), path);
        }

        return At(paths[0]);
    }

    protected static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    /// <summary>Asserts the exit code, showing everything printed when it is another.</summary>
    internal static ToolResult Ended(int exitCode, ToolResult result)
    {
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}, not {exitCode}\n--- stdout\n{result.Output}\n--- stderr\n{result.Error}");
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", result.Error, StringComparison.Ordinal);
        Assert.All(
            result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches("^notary: (error|hint|warning): .*[^.]$", line));
        return result;
    }

    internal static async Task<ToolResult> RunAsync(int exitCode, params IEnumerable<string> arguments) =>
        Ended(exitCode, await NotaryProcess.RunAsync(arguments));

    protected IReadOnlyList<string> Journals(string outputFolder) =>
        Directory.Exists(At(outputFolder + "/pending")) ? Directory.GetFiles(At(outputFolder + "/pending")) : [];

    protected IReadOnlyList<string> EvidenceIn(string outputFolder) =>
        [.. Directory.EnumerateFiles(At(outputFolder), "*.evidence.zip", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    internal static Evidence ReadEvidence(string path)
    {
        using var stream = File.OpenRead(path);
        return Evidence.Read(stream, Cancellation);
    }

    /// <summary>The deposit and its index on the ledger, after a verification that must pass.</summary>
    internal (string Deposit, ulong Index) Verified(string evidencePath, string trust)
    {
        var evidence = ReadEvidence(evidencePath);
        var report = Verifier.Verify(evidence, new VerifierInputs(TrustPolicy.Parse(File.ReadAllText(At(trust)))));
        Assert.True(report.Verdict == Verdict.Pass, report.VerdictSentence.English);
        return (report.Subject!.Deposit.ToString(), report.Subject.Index!.Value);
    }
}
