namespace Notary.Cli;

/// <summary>Something that a visit found wrong.</summary>
/// <param name="Kind">For programs: one of <see cref="FindingKinds"/>.</param>
/// <param name="ExitCode">What the visit ends with if there is nothing worse.</param>
/// <param name="Text">For people, without any path of this machine: it may be posted.</param>
/// <param name="Hint">What to do, for the terminal alone; null for nothing.</param>
/// <param name="Path">The file of this machine that it is about, for the terminal alone; null for none.</param>
internal sealed record Finding(string Kind, int ExitCode, string Text, string? Hint = null, string? Path = null);

/// <summary>What an alarm can be about.</summary>
internal static class FindingKinds
{
    /// <summary>The ledger signed two histories.</summary>
    public const string Fork = "fork";

    /// <summary>What is served is not what was signed, or not by whom it must be.</summary>
    public const string Refused = "refused";

    /// <summary>An entry breaks a rule of the ledger.</summary>
    public const string Entry = "entry";

    /// <summary>A uuid occurs twice.</summary>
    public const string Uuid = "uuid";

    /// <summary>A certificate does not hold under this ledger.</summary>
    public const string Certificate = "certificate";

    /// <summary>An older checkpoint is shown than is known.</summary>
    public const string Stale = "stale";

    /// <summary>Nothing shows that the ledger is younger than the limit.</summary>
    public const string Age = "age";

    /// <summary>The ledger cannot be reached or refuses.</summary>
    public const string Unreachable = "unreachable";
}
