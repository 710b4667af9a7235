using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Notary.Faults;

/// <summary>This machine cannot do what the run needs: strace is missing, or may not look at processes here.</summary>
internal sealed class CannotRunException(string message) : Exception(message);

/// <summary>strace on the files of one ledger: the trace of them, or one fault in them.</summary>
internal sealed class Strace(string output, IReadOnlyList<string> files)
{
    private const int Interrupt = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The trace so far.</summary>
    public string Trace
    {
        get
        {
            using var stream = new FileStream(output, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
            return new StreamReader(stream).ReadToEnd();
        }
    }

    /// <summary>Whether the fault has come.</summary>
    public bool HasStruck => Trace is var trace
        && (trace.Contains("(INJECTED)", StringComparison.Ordinal) || trace.Contains("+++ killed by SIGKILL +++", StringComparison.Ordinal));

    /// <summary>The command that runs what is put after it.</summary>
    public IReadOnlyList<string> Wrapper(TracedCall? call, CallFault? fault) => ["strace", "-f", .. Arguments(call, fault), "--"];

    /// <summary>Attaches to a running process; counting begins here. Disposing of what is returned detaches.</summary>
    /// <exception cref="CannotRunException">This process may not trace that one.</exception>
    public async Task<IAsyncDisposable> AttachAsync(int processId, TracedCall? call, CallFault? fault)
    {
        var start = new ProcessStartInfo("strace", ["-f", "-p", $"{processId}", .. Arguments(call, fault)]) { RedirectStandardError = true };
        var process = Start(start);
        // It speaks once it has all threads that there are; those that begin later it has from their begin.
        var said = await process.StandardError.ReadLineAsync().WaitAsync(Patience) ?? "";
        if (!said.Contains("attached", StringComparison.Ordinal))
            throw new CannotRunException($"strace cannot trace a process here: {said}");
        return new Attached(process, process.StandardError.ReadToEndAsync());
    }

    /// <exception cref="CannotRunException">strace is missing.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CannotRunException($"{start.FileName} cannot be started: {e.Message}");
        }
    }

    private string[] Arguments(TracedCall? call, CallFault? fault) =>
    [
        "-y", "-s", "0", "-o", output,
        .. call is null ? ["-e", $"trace={TracedCall.Traced}"] : (string[])["-e", $"trace={call.Name}", "-e", fault!.On(call)],
        .. (call is null ? files : [call.Path]).SelectMany(file => (string[])["-P", file]),
    ];

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);

    private sealed class Attached(Process process, Task<string> rest) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            _ = Signal(process.Id, Interrupt);
            await process.WaitForExitAsync().WaitAsync(Patience);
            await rest;
            process.Dispose();
        }
    }
}
