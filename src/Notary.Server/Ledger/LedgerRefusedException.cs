namespace Notary.Server;

/// <summary>
/// The ledger does not open: what it found would have it sign a second history, serve what it cannot vouch for, or is
/// another's. Never thrown once it is open.
/// </summary>
/// <param name="problem">What is wrong and where, without a full stop.</param>
/// <param name="hint">What to do next, without a full stop.</param>
public sealed class LedgerRefusedException(string problem, string hint) : Exception($"{problem}; {hint}")
{
    public string Problem { get; } = problem;

    public string Hint { get; } = hint;

    /// <summary>Whether this is a verdict on stored data, rather than a misuse or something in the way.</summary>
    public bool IsVerdict { get; init; }
}
