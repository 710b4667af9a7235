using System.Buffers.Binary;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// Reads the entries that are new since the last visit and holds them to the ledger's rules: deposits are well-formed and
/// of this ledger, times never go backwards, <c>after</c> names a tree that the ledger really had, each change of the key
/// starts from the key before it, clock records are well-formed, the audit log does not get shorter without a notice, and no uuid comes twice. The state is saved after every batch, so that an interrupted first visit does not begin anew.
/// </summary>
internal sealed class EntryScan(string folder, VerifiedTree tree, MonitorState state)
{
    private const int BatchUuids = 1 << 18;

    private readonly UuidIndex uuids = new(folder, state.Uuids);
    private readonly List<UuidRecord> batch = [];
    private readonly List<Finding> breaches = [];
    private CompactRange range = new();
    private (ulong Size, Hash Root) after;
    private DateTimeOffset? received = state.Received;
    private ulong auditRecords = state.AuditRecords;
    private KeyChain? keys = state.Keys is { Count: > 0 } known ? new KeyChain(known.Select(VerifierKey.Parse)) : null;

    /// <returns>The state with everything read.</returns>
    /// <exception cref="CliException">What is served is not what was signed, or cannot be had.</exception>
    public async Task<MonitorState> RunAsync(IProgress<long>? progress, CancellationToken cancellation)
    {
        uuids.DropUnnamed();
        range = await tree.RangeAsync(state.Read, cancellation);
        var current = state;
        await foreach (var run in EntryStream.ReadAsync(tree, state.Read, cancellation))
        {
            foreach (var entry in run.Entries)
                await ReadAsync(entry, cancellation);
            progress?.Report(run.Entries.Count);
            if (batch.Count >= BatchUuids)
                current = Save(current);
        }

        return Save(current);
    }

    private MonitorState Save(MonitorState current)
    {
        foreach (var repeated in uuids.Add(batch))
            Breach(FindingKinds.Uuid, $"the deposit {repeated.Deposit} is on the ledger twice, as entry {repeated.First} and as entry {repeated.Second}; the first one counts");
        var saved = (current with { Read = range.Size, Received = received, AuditRecords = auditRecords, Uuids = uuids.Runs, Keys = keys?.Keys.Select(key => key.ToString()).ToList() }).With(breaches);
        // A crash before this leaves the earlier state and files that it does not name.
        saved.Save(folder);
        uuids.DropUnnamed();
        batch.Clear();
        breaches.Clear();
        return saved;
    }

    private async Task ReadAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation)
    {
        var index = range.Size;
        if (Entry.IsDeposit(entry.Span))
        {
            try
            {
                await CheckAsync(index, Statement.Parse(StrictText.Decode(Statement.Document, entry.Span)), cancellation);
            }
            catch (MalformedException exception)
            {
                Breach(FindingKinds.Entry, $"entry {index} is no valid statement: {exception.Message}");
            }
        }
        else if (Entry.IsClockRecord(entry.Span))
        {
            ReadClock(index, entry);
        }
        else if (index == 0 || Entry.IsKeyChange(entry.Span))
        {
            ReadKey(index, entry);
        }
        else if (Entry.IsAuditHead(entry.Span))
        {
            ReadAuditHead(index, entry);
        }

        range.Append(MerkleHash.Leaf(entry.Span));
    }

    private void ReadAuditHead(ulong index, ReadOnlyMemory<byte> entry)
    {
        try
        {
            var head = AuditHead.Parse(StrictText.Decode(AuditHead.Document, entry.Span));
            if (head.Ledger != tree.Checkpoint.Origin)
                Breach(FindingKinds.Entry, $"entry {index} is a head of the audit log of another ledger, {head.Ledger}");
            CheckTime(index, head.At);
            // A notice says that records were lost; without one, somebody took them away.
            if (head.Kept is null && head.Records < auditRecords)
                Breach(FindingKinds.Entry, $"entry {index} says that the audit log has {head.Records} records, and an entry before it says {auditRecords}");
            auditRecords = head.Kept is null ? Math.Max(auditRecords, head.Records) : head.Records;
        }
        catch (MalformedException exception)
        {
            Breach(FindingKinds.Entry, $"entry {index} is no head of the audit log: {exception.Message}");
        }
    }

    private void ReadClock(ulong index, ReadOnlyMemory<byte> entry)
    {
        try
        {
            var record = ClockRecord.Parse(StrictText.Decode(ClockRecord.Document, entry.Span));
            if (record.Ledger != tree.Checkpoint.Origin)
                Breach(FindingKinds.Entry, $"entry {index} is a clock record of another ledger, {record.Ledger}");
            CheckTime(index, record.At);
        }
        catch (MalformedException exception)
        {
            Breach(FindingKinds.Entry, $"entry {index} is no valid clock record: {exception.Message}");
        }
    }

    private void ReadKey(ulong index, ReadOnlyMemory<byte> entry)
    {
        try
        {
            if (index == 0)
                keys = new KeyChain(Genesis.Parse(StrictText.Decode("notary.genesis/v1", entry.Span)).Key);
            else
                CheckKeyChange(index, KeyChange.Parse(StrictText.Decode(KeyChange.Document, entry.Span)));
        }
        catch (MalformedException exception)
        {
            Breach(FindingKinds.Entry, $"entry {index} names no key of the ledger: {exception.Message}");
        }
    }

    private void CheckKeyChange(ulong index, KeyChange change)
    {
        if (keys?.Continue(change) is { } problem)
            Breach(FindingKinds.Entry, $"entry {index} {problem}");
        CheckTime(index, change.At);
    }

    private void CheckTime(ulong index, DateTimeOffset time)
    {
        if (time < received)
            Breach(FindingKinds.Entry, $"entry {index} says that it was received before the entry before it");
        else
            received = time;
    }

    private async Task CheckAsync(ulong index, Statement statement, CancellationToken cancellation)
    {
        Span<byte> uuid = stackalloc byte[DepositId.Size];
        statement.Deposit.CopyTo(uuid);
        batch.Add(new UuidRecord(BinaryPrimitives.ReadUInt128BigEndian(uuid), index));
        if (statement.Ledger != tree.Checkpoint.Origin)
            Breach(FindingKinds.Entry, $"entry {index} is a statement of another ledger, {statement.Ledger}");
        CheckTime(index, statement.Received);
        if (statement.AfterSize > index)
            Breach(FindingKinds.Entry, $"entry {index} says that it came after {statement.AfterSize} entries");
        else if (await RootAtAsync(statement.AfterSize, cancellation) != statement.AfterRoot)
            Breach(FindingKinds.Entry, $"entry {index} names a root at {statement.AfterSize} entries that this ledger never had: its operator had another history there");
    }

    /// <summary>Entries of one batch name the same checkpoint, mostly the one right before them.</summary>
    private async Task<Hash> RootAtAsync(ulong size, CancellationToken cancellation)
    {
        if (after.Size != size)
            after = (size, size == range.Size ? range.Root() : (await tree.PrefixAsync(size, cancellation)).Root);
        return after.Root;
    }

    private void Breach(string kind, string text) => breaches.Add(new Finding(kind, ExitCode.Failed, text));
}
