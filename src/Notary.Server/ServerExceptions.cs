namespace Notary.Server;

/// <summary>The server does not start, for a reason that is not the ledger's: an address it must not or cannot have.</summary>
/// <param name="problem">What is wrong and where, without a full stop.</param>
/// <param name="hint">What to do next, without a full stop.</param>
public sealed class ServerRefusedException(string problem, string hint) : Exception($"{problem}; {hint}")
{
    public string Problem { get; } = problem;

    public string Hint { get; } = hint;
}

/// <summary>
/// The ledger stopped itself while the server ran. The process must end: what is on the disk is whole, and opening it
/// again is the one recovery path.
/// </summary>
/// <param name="cause">What the ledger could not go on after.</param>
public sealed class LedgerFailedException(Exception cause)
    : Exception($"the ledger stopped after a fatal error ({cause.Message}); start the server again", cause);
