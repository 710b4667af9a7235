using System.Diagnostics;
using System.Globalization;

namespace Notary.Bench;

/// <summary>A server in a process of its own, with the runtime settings of <c>notary</c>, on a free loopback port.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process process;

    private ServerProcess(Process process, Uri address, TimeSpan start, TimeSpan open)
    {
        this.process = process;
        (Address, Start, Open) = (address, start, open);
    }

    /// <summary>Where gRPC is served.</summary>
    public Uri Address { get; }

    /// <summary>From the start of the process until both ports answer.</summary>
    public TimeSpan Start { get; }

    /// <summary>The part of <see cref="Start"/> in which the ledger is opened and the ports are bound.</summary>
    public TimeSpan Open { get; }

    public int Id => process.Id;

    /// <summary>Processor time so far, user and system.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Bytes of memory now.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Bytes of memory at their peak.</summary>
    public long PeakMemory
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    /// <exception cref="BenchException">The server did not start.</exception>
    public static async Task<ServerProcess> StartAsync(string data, CancellationToken cancellation, params string[] more)
    {
        var start = Stopwatch.GetTimestamp();
        var process = Process.Start(Self.Command(["server", "--data", data, .. more]))!;
        while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
        {
            if (!line.StartsWith(ServerHost.Ready, StringComparison.Ordinal))
                continue;
            var words = line[ServerHost.Ready.Length..].Split(' ');
            var open = TimeSpan.FromMilliseconds(double.Parse(words[1], CultureInfo.InvariantCulture));
            return new ServerProcess(process, new Uri(words[0]), Stopwatch.GetElapsedTime(start), open);
        }

        await process.WaitForExitAsync(cancellation);
        throw new BenchException($"the server ended before it answered, with exit code {process.ExitCode}");
    }

    public async ValueTask DisposeAsync()
    {
        // It ends by itself when its standard input does, after it has answered what it was asked.
        process.StandardInput.Close();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }
}
