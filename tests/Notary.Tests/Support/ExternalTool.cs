using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace Notary.Tests;

/// <summary>How a program ended and what it printed.</summary>
internal sealed record ToolResult(int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => System.Text.Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Fails the test with everything printed unless the program exited with 0.</summary>
    public ToolResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}");
        return this;
    }
}

/// <summary>
/// Programs that are not ours: independent checkers and clients. One that is missing skips its test on a developer's
/// machine and fails it in CI, where it would otherwise stay missing unseen.
/// </summary>
internal static class ExternalTool
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    private static readonly string[] SystemFolders = ["/usr/bin", "/usr/local/bin", "/bin"];

    public static bool InCI => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>The program's full path: as given if it is one, else found on PATH, else in the system's folders.</summary>
    public static string Require(string program)
    {
        if (Path.IsPathRooted(program))
        {
            return File.Exists(program) ? program : Missing<string>($"{program} is not installed");
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(SystemFolders);
        return folders.Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? Missing<string>($"{program} is not installed");
    }

    /// <summary>Skips the test, or fails it in CI.</summary>
    [DoesNotReturn]
    public static T Missing<T>(string reason)
    {
        if (InCI)
        {
            Assert.Fail($"{reason}, which CI must have");
        }

        Assert.Skip(reason);
        throw new UnreachableException();
    }

    /// <summary>Runs a program to its end; one that outlasts the timeout is killed with all its children.</summary>
    public static async Task<ToolResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        string? input = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(Require(program), arguments)
        {
            WorkingDirectory = workingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(timeout ?? DefaultTimeout);
        try
        {
            return await FinishAsync(process, input, limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end in {timeout ?? DefaultTimeout}");
            throw;
        }
    }

    private static async Task<ToolResult> FinishAsync(Process process, string? input, CancellationToken cancellation)
    {
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await WriteInputAsync(process, input);
        await reading;
        await process.WaitForExitAsync(cancellation);
        return new ToolResult(process.ExitCode, output.ToArray(), await error);
    }

    private static async Task WriteInputAsync(Process process, string? input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input ?? "");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading all of its input; its exit code tells why.
        }
    }
}
