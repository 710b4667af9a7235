using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Grpc.Net.Client;
using Proto = Notary.V1;

namespace Notary.Faults;

/// <summary><c>notary serve</c> as a process of its own, on free loopback ports, with clients of it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Task reading;
    private readonly ConcurrentQueue<string> errors = new();
    private readonly ConcurrentDictionary<string, string> fields = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GrpcChannel? channel;

    private ServerProcess(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(ReadFieldsAsync(), ReadErrorsAsync());
    }

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    /// <summary>What it wrote to standard error.</summary>
    public string Errors => string.Join('\n', errors);

    public Uri Address => new(fields["grpc"]);

    public GrpcChannel Channel => channel!;

    public Proto.Notary.NotaryClient Client { get; private set; } = null!;

    public HttpClient Web { get; private set; } = null!;

    /// <summary>Starts a process on a ledger's folder without waiting for it to answer.</summary>
    /// <param name="data">The folder; made if there is none.</param>
    /// <param name="wrapper">A program and arguments that run the command put after them, such as strace.</param>
    /// <param name="arguments">More for <c>notary serve</c>.</param>
    public static ServerProcess Launch(string data, IReadOnlyList<string>? wrapper = null, params IEnumerable<string> arguments)
    {
        string[] command =
        [
            .. wrapper ?? [], Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            Path.Combine(AppContext.BaseDirectory, "notary.dll"),
            // Where LiteDB is the default too: nobody else can read that while a server runs, and what strace lists are SQLite's calls.
            "serve", "--data", data, "--store", "sqlite", "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", .. arguments,
        ];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        // These processes live for a second: what the runtime would learn for later is time lost.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>Starts a server that must come up.</summary>
    /// <exception cref="FaultException">It ended before it answered.</exception>
    public static async Task<ServerProcess> StartAsync(string data, IReadOnlyList<string>? wrapper = null, params IEnumerable<string> arguments)
    {
        var server = Launch(data, wrapper, arguments);
        if (await server.IsReadyAsync())
            return server;
        await using (server)
            throw new FaultException($"the server did not start, exit code {await server.EndAsync()}:\n{server.Errors}");
    }

    /// <summary>Waits until it answers. False: it has ended.</summary>
    public async Task<bool> IsReadyAsync()
    {
        await Task.WhenAny(ready.Task, reading).WaitAsync(Patience);
        if (!ready.Task.IsCompleted)
            return false;
        channel ??= GrpcChannel.ForAddress(Address);
        Client = new Proto.Notary.NotaryClient(channel);
        Web = new HttpClient { BaseAddress = new Uri(fields["web"]) };
        return true;
    }

    /// <summary>SIGKILL, to a wrapper and to what it runs.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await EndAsync();
    }

    /// <summary>SIGTERM, and the exit code that follows.</summary>
    public Task<int> StopAsync()
    {
        _ = Signal(process.Id, Terminate);
        return EndAsync();
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience);
        await reading.WaitAsync(Patience);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        Web?.Dispose();
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private async Task ReadFieldsAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Trim().Split(' ', 2) is [var name, var value])
                fields[name] = value.Trim();
            if (fields.ContainsKey("ready"))
                ready.TrySetResult();
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
            errors.Enqueue(line);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
