using System.Buffers.Binary;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The appending thread's side of the uuid index: looks uuids up before an append, and within its transaction writes them
/// to <c>recent</c> and moves older ones from there into the index.
/// </summary>
internal sealed class SqliteUuidIndex : IDisposable
{
    /// <summary>Uuids moved by a commit of one; a larger commit moves two for each of its own, so that a run is gone before the next is full.</summary>
    private const int LeastMoved = 16;

    private readonly SqliteRecentUuids recent;
    private readonly SqliteStatement rowsFrom;
    private readonly SqliteStatement find;
    private readonly SqliteStatement findBetween;
    private readonly SqliteStatement addRow;
    private readonly SqliteStatement deleteRows;
    private readonly SqliteStatement move;

    // The uuids that were looked up last and not found, and the size of the ledger at that time: an append of these on
    // that head need not look again.
    private readonly HashSet<UInt128> vacant = [];
    private ulong vacantAt;

    /// <summary>
    /// Called before and after uuids move, within the append's transaction: the tests' faults.
    /// </summary>
    public Action<StepMoment>? AtMove { get; set; }

    // What the open transaction writes, for memory to follow once it is durable.
    private (ulong First, byte[] Row, int Moved, ulong? RunEnd) pending;

    public SqliteUuidIndex(SqliteDatabase database, SqliteRecentUuids recent)
    {
        this.recent = recent;
        rowsFrom = database.Prepare(SqliteReader.RecentQuery);
        find = database.Prepare(SqliteReader.DepositQuery);
        findBetween = database.Prepare("SELECT entry FROM deposits WHERE uuid >= ?1 AND uuid < ?2 LIMIT 1");
        addRow = database.Prepare("INSERT INTO recent(first, uuids) VALUES (?1, ?2)");
        deleteRows = database.Prepare("DELETE FROM recent WHERE first < ?1");
        move = database.Prepare("INSERT INTO deposits(uuid, entry) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
    }

    /// <summary>Reads what other connections have written. Within a transaction whose head has this size.</summary>
    /// <exception cref="StoreDamagedException">The rows of <c>recent</c> are not those of the last entries.</exception>
    public void CatchUp(ulong size)
    {
        if (recent.End == size)
            return;
        try
        {
            rowsFrom.Bind(1, checked((long)recent.End));
            var end = recent.End;
            while (rowsFrom.Step())
            {
                var first = unchecked((ulong)rowsFrom.Number(0));
                var row = rowsFrom.Blob(1);
                // A ledger that is opened may have moved all but its newest rows.
                if ((end != 0 && first != end) || row.Length % DepositId.Size != 0)
                    throw Damaged(first, "is not what follows the row before it");
                recent.Add(first, row);
                end = first + (ulong)(row.Length / DepositId.Size);
            }

            // An append moves older uuids than its own, so the newest entry's row is always there.
            if (end != size)
                throw Damaged(end, "is missing or goes beyond the head");
        }
        finally
        {
            rowsFrom.Reset();
        }
    }

    /// <summary>Within a transaction that sees this head; other connections' rows are known.</summary>
    public void Find(ReadOnlySpan<DepositId> deposits, Span<ulong?> entries, StoredHead? head)
    {
        vacant.Clear();
        vacantAt = head?.Size ?? 0;
        if (head is not null)
            recent.Follow(head.Received, head.Size, IsInIndex);
        for (var i = 0; i < deposits.Length; i++)
        {
            entries[i] = Find(deposits[i], out var uuid);
            if (entries[i] is null)
                vacant.Add(uuid);
        }
    }

    /// <summary>Within the append's transaction.</summary>
    /// <exception cref="StoreException">A uuid is taken, or occurs twice.</exception>
    public void Write(ulong first, ReadOnlySpan<NewEntry> entries)
    {
        CheckVacant(first, entries);
        var row = SqliteRecentUuids.ToRow(entries);
        addRow.Bind(1, checked((long)first)).Bind(2, row).Run();
        var moving = recent.NextToMove(Math.Max(LeastMoved, 2 * entries.Length), out var runEnd);
        if (!moving.IsEmpty)
            Move(moving, runEnd);
        pending = (first, row, moving.Length, runEnd);
    }

    /// <summary>The append is durable.</summary>
    public void Committed()
    {
        recent.Moved(pending.Moved, pending.RunEnd);
        recent.Add(pending.First, pending.Row);
        pending = default;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[rowsFrom, find, findBetween, addRow, deleteRows, move])
            statement.Dispose();
    }

    private void Move(ReadOnlySpan<(UInt128 Uuid, long Entry)> moving, ulong? runEnd)
    {
        AtMove?.Invoke(StepMoment.Before);
        Span<byte> bytes = stackalloc byte[DepositId.Size];
        foreach (var (uuid, entry) in moving)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, uuid);
            move.Bind(1, bytes).Bind(2, entry).Run();
        }

        if (runEnd is { } end)
            deleteRows.Bind(1, checked((long)end)).Run();
        AtMove?.Invoke(StepMoment.After);
    }

    private void CheckVacant(ulong size, ReadOnlySpan<NewEntry> entries)
    {
        if (vacantAt != size)
            vacant.Clear();
        var seen = new HashSet<UInt128>(entries.Length);
        foreach (ref readonly var entry in entries)
        {
            if (entry.Deposit is not { } deposit)
                continue;
            var uuid = SqliteReader.ToNumber(deposit);
            if (!seen.Add(uuid) || (!vacant.Contains(uuid) && Find(deposit, out _) is not null))
                throw new StoreException("a uuid of the append is taken", isFatal: false);
        }
    }

    private ulong? Find(DepositId deposit, out UInt128 uuid)
    {
        uuid = SqliteReader.ToNumber(deposit);
        return recent.Find(uuid, out var mayBeInIndex) ?? (mayBeInIndex ? SqliteReader.FindDeposit(find, deposit) : null);
    }

    private bool IsInIndex(UInt128 from, UInt128 to)
    {
        Span<byte> bytes = stackalloc byte[2 * DepositId.Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, from);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[DepositId.Size..], to);
        try
        {
            return findBetween.Bind(1, bytes[..DepositId.Size]).Bind(2, bytes[DepositId.Size..]).Step();
        }
        finally
        {
            findBetween.Reset();
        }
    }

    private static StoreDamagedException Damaged(ulong first, string problem) => new($"uuids of entries from {first}", problem, first);
}
