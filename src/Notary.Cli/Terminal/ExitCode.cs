namespace Notary.Cli;

/// <summary>What the process says to a script.</summary>
internal static class ExitCode
{
    public const int Pass = 0;

    /// <summary>A check failed: evidence, certificate, ledger or pinned key.</summary>
    public const int Failed = 1;

    /// <summary>The command line, or a file that it names, is not what it must be.</summary>
    public const int Input = 2;

    /// <summary>Nothing failed, but something that a verdict needs is missing.</summary>
    public const int Indeterminate = 3;

    /// <summary>The server cannot be reached, or refused.</summary>
    public const int Server = 4;

    /// <summary>Ctrl-C or SIGTERM: what a shell reports for a process that a signal ended.</summary>
    public const int Interrupted = 130;
}
