using System.Runtime.InteropServices;

namespace Notary.Cli;

/// <summary>What SIGINT and SIGTERM do: the first one ends the work in good order, a second one ends the process as usual.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration[] registrations;

    // Not disposed of: the system's handler of a signal may still run when its registration is gone, and would end the process
    // with a trace. It holds nothing but memory.
    private readonly CancellationTokenSource source = new();

    public Interruption() => registrations =
        [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>A signal came. Safe on any thread, at any time.</summary>
    public void Handle(PosixSignalContext signal)
    {
        signal.Cancel = !source.IsCancellationRequested;
        source.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
    }
}
