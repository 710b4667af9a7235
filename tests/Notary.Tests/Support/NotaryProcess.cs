using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>The built <c>notary</c> as a process of its own, as users and scripts have it.</summary>
internal sealed class NotaryProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly ConcurrentQueue<string> errors = new();
    private readonly ConcurrentQueue<string> lines = new();
    private readonly Task reading;

    // Set again at each line, so that whoever waits for one looks at all there are.
    private TaskCompletionSource another = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NotaryProcess(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput, lines), ReadAsync(process.StandardError, errors));
    }

    public string Output => string.Join('\n', lines);

    public string Error => string.Join('\n', errors);

    /// <summary>Runs a verb to its end.</summary>
    public static Task<ToolResult> RunAsync(params IEnumerable<string> arguments) => RunInAsync(null, arguments);

    /// <summary>Runs a verb to its end with more in its environment; the locale is English unless that says otherwise.</summary>
    public static Task<ToolResult> RunInAsync(
        IReadOnlyDictionary<string, string?>? environment, params IEnumerable<string> arguments) => ExternalTool.RunAsync(
            "dotnet",
            [Program, .. arguments],
            environment: new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>()) is var all && all.TryAdd("LC_ALL", "C.UTF-8") ? all : environment);

    /// <summary>Starts a verb that is not expected to end by itself.</summary>
    public static NotaryProcess Start(params IEnumerable<string> arguments) => StartIn(null, arguments);

    /// <summary>The same with more in its environment.</summary>
    public static NotaryProcess StartIn(IReadOnlyDictionary<string, string?>? environment, params IEnumerable<string> arguments) =>
        Start(ExternalTool.Require("dotnet"), [Program, .. arguments], environment);

    /// <summary>The same with its standard error in a file.</summary>
    public static NotaryProcess StartWithErrorsTo(string file, params IEnumerable<string> arguments) =>
        Start(ExternalTool.Require("sh"), ["-c", "exec \"$@\" 2>" + file, "sh", ExternalTool.Require("dotnet"), Program, .. arguments], null);

    private static NotaryProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return new NotaryProcess(Process.Start(start)!);
    }

    /// <summary>Waits for a line of standard output that begins, after spaces, with <paramref name="name"/>; returns the rest of it.</summary>
    public async Task<string> FieldAsync(string name) =>
        (await LineAsync(line => line.TrimStart().StartsWith(name + " ", StringComparison.Ordinal))).Trim()[(name.Length + 1)..].Trim();

    /// <summary>Waits until standard output has a line that <paramref name="isIt"/> takes; returns it.</summary>
    public async Task<string> LineAsync(Func<string, bool> isIt)
    {
        using var limit = Limit();
        while (true)
        {
            var next = Volatile.Read(ref another).Task;
            if (lines.FirstOrDefault(isIt) is { } line)
                return line;
            Assert.False(reading.IsCompleted, $"the line did not come\n--- stdout\n{Output}\n--- stderr\n{Error}");
            await Task.WhenAny(next, reading).WaitAsync(limit.Token);
        }
    }

    /// <summary>SIGKILL: what a power cut is to a process.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await EndAsync();
    }

    /// <summary>SIGTERM or SIGINT, and the exit code that follows.</summary>
    public Task<int> SignalAsync(string signal) => SignalsAsync(signal, 1);

    /// <summary>The same signal over and over, until the process has ended.</summary>
    public async Task<int> SignalsAsync(string signal, int most)
    {
        var (number, pause) = (process.Id, most == 1 ? "break" : "sleep 0.005");
        await ExternalTool.RunAsync("sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"for i in $(seq {most}); do kill -{signal} {number} || break; {pause}; done")]);
        return await EndAsync();
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = Limit();
        await process.WaitForExitAsync(limit.Token);
        await reading.WaitAsync(limit.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "notary.dll");

    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        return limit;
    }

    private async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> into)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            into.Enqueue(line);
            Interlocked.Exchange(ref another, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
}
