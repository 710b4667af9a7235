using System.Diagnostics;

namespace Notary.Bench;

/// <summary>A process's standard output, and the seconds from its start to its end.</summary>
internal readonly record struct Timed(double Seconds, string Output)
{
    public static ProcessStartInfo Shell(string command) =>
        new("/bin/sh", ["-c", command]) { RedirectStandardInput = true, RedirectStandardOutput = true };

    /// <exception cref="BenchException">It ended with another code than 0.</exception>
    public static async Task<Timed> RunAsync(ProcessStartInfo command, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(command)!;
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return process.ExitCode == 0
            ? new Timed(seconds, output)
            : throw new BenchException($"{command.FileName} {string.Join(' ', command.ArgumentList)} ended with exit code {process.ExitCode}");
    }
}
