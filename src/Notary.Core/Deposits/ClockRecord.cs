namespace Notary.Core;

/// <summary>What the operator's clock is worth.</summary>
public enum ClockState
{
    /// <summary>The time sources agree, and the clock is within the bound that the operator allows.</summary>
    Synchronised,

    /// <summary>The bound is over that, or nobody knows it: nothing is issued.</summary>
    Degraded,

    /// <summary>The clock was set back: nothing is issued.</summary>
    Stepped,
}

/// <summary>
/// <c>notary.clock/v1</c>: the ledger entry that says what the operator's clock was worth, once an hour and whenever that
/// changes. What the time sources answered since the last one stays with the operator; its hash is here, so that it cannot
/// be written afterwards.
/// </summary>
/// <param name="Ledger">The origin.</param>
/// <param name="At">The operator's clock; while nothing is issued rather too early than too late, and never before the entry before it.</param>
/// <param name="State">As of then.</param>
/// <param name="BoundMilliseconds">The clock's error bound in whole milliseconds; null is written <c>unknown</c>.</param>
/// <param name="Log">SHA-256 of the clock log.</param>
public sealed record ClockRecord(string Ledger, DateTimeOffset At, ClockState State, ulong? BoundMilliseconds, Hash Log)
{
    /// <summary>The first line, without its LF.</summary>
    public const string Document = "notary.clock/v1";

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static ClockRecord Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.StatementBytes);
        var (ledger, at) = (fields.RequiredOrigin(), fields.RequiredTime("at"));
        var state = fields.Required("state") switch
        {
            "synchronised" => ClockState.Synchronised,
            "degraded" => ClockState.Degraded,
            "stepped" => ClockState.Stepped,
            _ => throw fields.Error("state", "is neither 'synchronised' nor 'degraded' nor 'stepped'"),
        };
        var record = new ClockRecord(ledger, at, state, ErrorBound.Read(fields, "bound"), fields.RequiredHash("log"));
        fields.End();
        return record;
    }

    public string ToText() =>
        $"{Document}\nledger {Ledger}\nat {Timestamp.Format(At)}\nstate {Word(State)}\nbound {ErrorBound.Format(BoundMilliseconds)}\nlog {Log}\n";

    /// <summary>The state as the entry spells it.</summary>
    public static string Word(ClockState state) => state switch
    {
        ClockState.Synchronised => "synchronised",
        ClockState.Degraded => "degraded",
        ClockState.Stepped => "stepped",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "is no state"),
    };
}
