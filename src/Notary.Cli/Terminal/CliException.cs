namespace Notary.Cli;

/// <summary>
/// An error that is told to the user: one line each for what is wrong, lines that say what to do next, and the exit code.
/// Lines are lower case without a full stop; untrusted text in them is escaped where they are printed.
/// </summary>
internal sealed class CliException(int exitCode, IReadOnlyList<string> errors, params IReadOnlyList<string> hints)
    : Exception(string.Join("; ", errors))
{
    public CliException(int exitCode, string error, params IReadOnlyList<string> hints)
        : this(exitCode, [error], hints)
    {
    }

    public int ExitCode { get; } = exitCode;

    public IReadOnlyList<string> Errors { get; } = errors;

    public IReadOnlyList<string> Hints { get; } = hints;

    /// <summary>Nobody answered: there is no point in asking for anything else.</summary>
    public bool IsSilence { get; init; }

    /// <summary>The ledger signed with a key that the trust file does not know: it may have changed its key.</summary>
    public bool IsUnknownKey { get; init; }

    /// <summary>The address is the server's for browsers.</summary>
    public bool IsForBrowsers { get; init; }

    public static CliException Input(string error, params IReadOnlyList<string> hints) => new(Cli.ExitCode.Input, error, hints);

    /// <summary>The same error with more hints, by a caller that knows what it leaves behind.</summary>
    public CliException WithHints(params IReadOnlyList<string> more) => new(ExitCode, Errors, [.. Hints, .. more])
    {
        IsSilence = IsSilence, IsUnknownKey = IsUnknownKey, IsForBrowsers = IsForBrowsers,
    };
}
