using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Where a ledger is kept: entries by number, private records beside them, full hash tiles, one head. Stores share no
/// code, because what matters is native to each: how a compare-and-append becomes atomic and durable.
/// <para>
/// Contract. <see cref="Append"/> and <see cref="FindDeposits"/> are called by one thread at a time; every other read may
/// run on any thread, at any time, beside them, and sees whole appends only. A store verifies no hash and no signature: its callers trust nothing they
/// read. Nobody retries in here: whoever called knows whether the bytes may be sent again. Calls block; they are short.
/// Entries, tiles and index rows below the head never change. Sizes and numbers stay below 2^63.
/// </para>
/// </summary>
public interface ILedgerStore : IDisposable
{
    /// <summary>The head, or null while the store is empty.</summary>
    StoredHead? ReadHead();

    /// <summary>
    /// Writes everything of <paramref name="append"/> or nothing, if the head is still the expected one. When it returns
    /// <see cref="AppendOutcome.Appended"/>, the append outlives a power cut; with every other outcome nothing was written.
    /// </summary>
    /// <exception cref="StoreException">Whether it was written is not known; the exception says if reading the head can tell.</exception>
    AppendOutcome Append(LedgerAppend append);

    /// <summary>
    /// The entries from <paramref name="first"/> on that there are, in order, at most <paramref name="count"/>. It does not
    /// look at the head, so that a check sees gaps and what lies beyond: a caller compares the indexes.
    /// </summary>
    /// <param name="first">The lowest index wanted.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="withRecords">Whether claims and requests are read too; otherwise they are empty.</param>
    /// <exception cref="StoreDamagedException">A row cannot be taken apart.</exception>
    IReadOnlyList<StoredEntry> ReadEntries(ulong first, int count, bool withRecords);

    /// <summary>The 8,192 bytes of a full tile, or null when it is not there. Of another length only if it is damaged.</summary>
    byte[]? ReadTile(int level, ulong number);

    /// <summary>The index of a deposit's entry, or null when there is none.</summary>
    ulong? FindDeposit(DepositId deposit);

    /// <summary>
    /// As <see cref="FindDeposit"/> for a batch, in one snapshot. For the thread that appends alone: what it reads here is
    /// what it writes next, so the store does well to use the same cache.
    /// </summary>
    /// <param name="deposits">The uuids.</param>
    /// <param name="entries">As long as <paramref name="deposits"/>; filled.</param>
    void FindDeposits(ReadOnlySpan<DepositId> deposits, Span<ulong?> entries);

    /// <summary>Indexes of an account's entries below <paramref name="before"/>, highest first, at most <paramref name="count"/>.</summary>
    IReadOnlyList<ulong> ListAccount(string account, ulong before, int count);

    /// <summary>Rows of the uuid index in the order of their uuids' bytes, those after <paramref name="after"/> (empty: from the start).</summary>
    IReadOnlyList<DepositRow> ReadDepositRows(ReadOnlyMemory<byte> after, int count);

    /// <summary>Rows of the account index, ordered by account, then index; those after <paramref name="after"/> (null: from the start).</summary>
    /// <exception cref="StoreDamagedException">A row cannot be taken apart.</exception>
    IReadOnlyList<AccountRow> ReadAccountRows(AccountRow? after, int count);

    /// <summary>The full tiles that there are, ordered by level, then number; those after <paramref name="after"/> (null: from the start).</summary>
    IReadOnlyList<TileRow> ReadTileRows(TileRow? after, int count);

    /// <summary>
    /// Looks at the database as such: rows under keys that no append writes, which none of the reads above comes across,
    /// and its pages, where it can check them.
    /// </summary>
    /// <param name="withPages">
    /// Whether the pages too. They are read in one go, which beside a server would keep its log from being begun again for
    /// as long as that takes.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What is wrong, at most some hundred faults.</returns>
    IReadOnlyList<StoreFault> CheckDatabase(bool withPages, CancellationToken cancellation);

    /// <summary>
    /// Copies what only the log beside the database holds into the database, for whoever copies that file alone; called
    /// before a close, by whoever appends. An append is durable without it.
    /// </summary>
    /// <exception cref="StoreException">It failed. Nothing is lost: the log has it, and the next opening reads it.</exception>
    void CopyLog();
}

/// <summary>How an append ended.</summary>
public enum AppendOutcome
{
    /// <summary>Written and durable.</summary>
    Appended,

    /// <summary>Nothing written: the head is not the expected one. Read it, verify it, build the batch again on it.</summary>
    Conflict,

    /// <summary>Nothing written: the disk or the store's quota is full. The same append may be tried when there is room.</summary>
    NoRoom,
}

/// <summary>The store's last append as its head row says it.</summary>
/// <param name="Size">Entries, at least 1.</param>
/// <param name="Checkpoint">The signed note's bytes.</param>
/// <param name="Received">The newest time that an entry carries.</param>
public sealed record StoredHead(ulong Size, ReadOnlyMemory<byte> Checkpoint, DateTimeOffset Received)
{
    /// <summary>Whether both are the same append.</summary>
    public static bool Same(StoredHead? left, StoredHead? right) =>
        left is null || right is null
            ? left is null && right is null
            : left.Size == right.Size && left.Checkpoint.Span.SequenceEqual(right.Checkpoint.Span);
}

/// <summary>One compare-and-append.</summary>
/// <param name="Expected">The head that it builds on; null for an empty store.</param>
/// <param name="Entries">What follows, at least one, from the expected size on.</param>
/// <param name="Tiles">The hash tiles that these entries fill.</param>
/// <param name="Head">The new head.</param>
public sealed record LedgerAppend(
    StoredHead? Expected, IReadOnlyList<NewEntry> Entries, IReadOnlyList<NewTile> Tiles, StoredHead Head)
{
    /// <summary>Index of the first new entry.</summary>
    public ulong First => Expected?.Size ?? 0;
}

/// <summary>An entry to append.</summary>
/// <param name="Entry">1 to 65,535 bytes, public.</param>
/// <param name="Claims">Private, at most 65,535 bytes; empty if there are none.</param>
/// <param name="Request">
/// Private, at most 65,535 bytes; empty if there is none. Beside a key entry the first checkpoint that includes it.
/// </param>
/// <param name="Deposit">The uuid, when the entry is a deposit.</param>
/// <param name="Account">
/// What the account index lists the entry under: the depositing account, for a key entry <see cref="KeyHistory.Account"/>, for
/// a head of the audit log <see cref="AuditIndex.Account"/>. Null lists it nowhere.
/// </param>
public readonly record struct NewEntry(
    ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Claims, ReadOnlyMemory<byte> Request, DepositId? Deposit, string? Account);

/// <summary>A full tile to append: 8,192 bytes, 256 hashes from left to right.</summary>
public readonly record struct NewTile(int Level, ulong Number, ReadOnlyMemory<byte> Hashes);

/// <summary>An entry as stored; claims and request are empty where there are none or none were asked for.</summary>
public readonly record struct StoredEntry(
    ulong Index, ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Claims, ReadOnlyMemory<byte> Request);

/// <summary>A row of the uuid index. The uuid's 16 bytes are not checked: a damaged row must be readable to be named.</summary>
public readonly record struct DepositRow(ReadOnlyMemory<byte> Deposit, ulong Entry);

/// <summary>A row of the account index.</summary>
public readonly record struct AccountRow(string Account, ulong Entry);

/// <summary>Where a full tile stands.</summary>
public readonly record struct TileRow(int Level, ulong Number);

/// <summary>Something wrong with a database as such.</summary>
/// <param name="Place">Where: <c>pages</c>, <c>tiles</c>.</param>
/// <param name="Problem">What is wrong with it, without a full stop.</param>
public readonly record struct StoreFault(string Place, string Problem);

/// <summary>A call of the store failed.</summary>
/// <param name="message">What failed.</param>
/// <param name="isFatal">
/// True when no later read can tell what is durable: after a failed fsync the page cache and the disk may differ, and
/// only a restart shows what is there.
/// </param>
/// <param name="inner">The cause.</param>
public sealed class StoreException(string message, bool isFatal, Exception? inner = null) : Exception(message, inner)
{
    public bool IsFatal { get; } = isFatal;
}

/// <summary>The store holds what nobody can have given it.</summary>
/// <param name="place">Where: <c>entries from 512</c>, <c>tile/1/000</c>.</param>
/// <param name="problem">What is wrong with it.</param>
/// <param name="next">The first index that is not affected, where reading may go on.</param>
public sealed class StoreDamagedException(string place, string problem, ulong next) : Exception($"{place}: {problem}")
{
    public string Place { get; } = place;

    public string Problem { get; } = problem;

    public ulong Next { get; } = next;
}
