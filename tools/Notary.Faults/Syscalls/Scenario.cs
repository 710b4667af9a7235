using Notary.Server;

namespace Notary.Faults;

/// <summary>What the server does while its calls fail.</summary>
internal enum Scenario
{
    /// <summary>The start that makes mark, key, database and entry 0.</summary>
    FirstStart,

    /// <summary>A start on a ledger whose server was killed: the write-ahead log is recovered.</summary>
    StartAfterKill,

    /// <summary>The first deposit after a start: it begins the write-ahead log.</summary>
    FirstAppend,

    /// <summary>A deposit like any other.</summary>
    Append,

    /// <summary>The 256th entry: the same commit stores a tile.</summary>
    AppendOfTile,

    /// <summary>A deposit beside whose commit a slice of 32,768 older uuids moves into the index.</summary>
    AppendThatMoves,

    /// <summary>SIGTERM: the write-ahead log is copied into the database and goes.</summary>
    Stop,
}

internal static class Scenarios
{
    /// <summary>Whether the calls are those of a start, which strace must then see from its first instruction.</summary>
    public static bool IsStart(this Scenario scenario) => scenario is Scenario.FirstStart or Scenario.StartAfterKill;

    /// <summary>Deposits on the ledger before.</summary>
    public static int Deposits(this Scenario scenario) => scenario switch
    {
        Scenario.FirstStart => 0,
        Scenario.AppendOfTile => 253,
        Scenario.AppendThatMoves => SqliteRecentUuids.NormalRunSize,
        _ => 5,
    };
}
