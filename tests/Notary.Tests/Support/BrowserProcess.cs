using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>One run of pages.mjs with the browser that it drives; any number of scenarios at a time.</summary>
internal sealed class BrowserProcess : IAsyncDisposable
{
    // More than the script itself gives a scenario, whose answer says what it was at.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly Process process;
    private readonly Task<string> error;
    private readonly Task reading;
    private readonly SemaphoreSlim writing = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> waiting = [];
    private int asked;

    // What everybody is told from then on: set before those who wait are looked through, so that nobody is missed.
    private volatile JsonNode? end;

    public BrowserProcess(string script)
    {
        process = Process.Start(new ProcessStartInfo(ExternalTool.Require("node"), [script])
        {
            WorkingDirectory = Path.GetDirectoryName(script),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        error = process.StandardError.ReadToEndAsync();
        reading = ReadAsync();
    }

    /// <summary>Whether the script or its browser has ended; it then answers nobody any more.</summary>
    public bool HasEnded => end is not null;

    /// <summary>Runs a scenario and returns its findings; fails the test with what the script says when it comes to no end.</summary>
    public async Task<JsonNode> AskAsync(string scenario, string address, object given, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref asked);
        var answer = waiting[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        await WriteAsync(JsonSerializer.Serialize(new { id, scenario, address, given }), cancellation);
        if (end is { } last)
            answer.TrySetResult(last);
        var told = await answer.Task.WaitAsync(Patience, cancellation);
        if (told["error"] is { } problem)
            Assert.Fail($"{scenario} at {address}: {problem.GetValue<string>()}");
        return told["found"]!;
    }

    /// <summary>Lets the scenarios end, closes the browser and waits for both.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already, before it read all that was written.
        }

        await reading;
        await process.WaitForExitAsync();
        process.Dispose();
        writing.Dispose();
    }

    private async Task WriteAsync(string line, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            await process.StandardInput.WriteLineAsync(line);
            await process.StandardInput.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            // It has ended, and says why on its standard error.
            await reading;
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            var told = JsonNode.Parse(line)!;
            if (waiting.TryRemove(told["id"]!.GetValue<int>(), out var answer))
                answer.TrySetResult(told);
        }

        end = new JsonObject { ["error"] = $"the browser has ended: {await error}" };
        foreach (var answer in waiting.Values)
            answer.TrySetResult(end);
    }
}
