namespace Notary.Server;

/// <summary>What a finding is about.</summary>
public enum FsckKind
{
    /// <summary>A ledger entry: missing, changed, out of order, twice.</summary>
    Entry,

    /// <summary>A hash tile: missing, changed, superfluous.</summary>
    Tile,

    /// <summary>Claims or request that are not those the statement commits to.</summary>
    Record,

    /// <summary>A row of the uuid index: missing, superfluous, pointing elsewhere.</summary>
    DepositIndex,

    /// <summary>A row of the account index: missing or superfluous.</summary>
    AccountIndex,

    /// <summary>The head row: its checkpoint, signature, size or time.</summary>
    Head,

    /// <summary>The high-water mark's file.</summary>
    Mark,

    /// <summary>The key file.</summary>
    Key,

    /// <summary>A time-stamp over a checkpoint, or their store.</summary>
    Timestamp,

    /// <summary>The database as such: a page that cannot be read or does not fit in, rows where no append writes any.</summary>
    Store,
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Place">Where: <c>entry 513</c>, <c>tile/0/002</c>, a file's path. Never a uuid or an account.</param>
/// <param name="Problem">What is wrong with it, without a full stop.</param>
public sealed record FsckFinding(FsckKind Kind, string Place, string Problem)
{
    public override string ToString() => $"{Place}: {Problem}";
}

/// <summary>What a check found.</summary>
/// <param name="Origin">The ledger's name, or null when not even that could be read.</param>
/// <param name="Size">Entries of the checkpoint that was checked against.</param>
/// <param name="Deposits">How many of them are deposits.</param>
/// <param name="Erased">How many of these have neither claims nor request any more.</param>
/// <param name="Lost">How many were recovered from a public copy, which has neither claims nor request.</param>
/// <param name="WithPages">
/// Whether the database's own structure was checked too, which a server's log would have to wait for: it is left out while
/// one has the folder. Damage there alone changes no entry.
/// </param>
/// <param name="Findings">What is wrong, at most <see cref="MaximumFindings"/>; empty: the ledger is whole.</param>
public sealed record FsckReport(
    string? Origin, ulong Size, ulong Deposits, ulong Erased, ulong Lost, bool WithPages, IReadOnlyList<FsckFinding> Findings)
{
    /// <summary>A ledger with more faults than this is not described by a longer list.</summary>
    public const int MaximumFindings = 1_000;

    public bool IsWhole => Findings.Count == 0;
}

/// <summary>How far a check is.</summary>
/// <param name="Stage">What is being read: <c>entries</c>, <c>uuid index</c>, <c>account index</c>, <c>tiles</c>.</param>
/// <param name="Done">Rows or entries read so far.</param>
/// <param name="Total">How many there should be.</param>
public readonly record struct FsckProgress(string Stage, ulong Done, ulong Total);
