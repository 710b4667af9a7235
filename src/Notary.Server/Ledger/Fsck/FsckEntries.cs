using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Reads every entry and its private records once, in order: hashes, texts, times, <c>after</c>, and that both indexes
/// lead to it.
/// </summary>
internal sealed class FsckEntries(
    ILedgerStore store, FsckTree tree, FsckFindings findings, string origin, Action<FsckProgress>? progress)
{
    private const int PageSize = 1_024;

    private readonly FsckKeys keys = new(store, findings);
    private DateTimeOffset newest = DateTimeOffset.MinValue;
    private (ulong Size, Hash Root) after;
    private ulong depositRows;
    private ulong auditRows;
    private ulong auditRecords;

    public ulong Deposits { get; private set; }

    public ulong Erased { get; private set; }

    /// <summary>Deposits that were recovered from a public copy, without claims and request.</summary>
    public ulong Lost { get; private set; }

    /// <summary>Rows that the account index must have.</summary>
    public ulong AccountRows => depositRows + auditRows + keys.Rows;

    /// <summary>The key that the entries name last; null when entry 0 names none.</summary>
    public VerifierKey? Key => keys.Current;

    /// <summary>Every key that the entries name.</summary>
    public IReadOnlyList<VerifierKey> Keys => keys.All;

    /// <summary>The newest time that an entry carries.</summary>
    public DateTimeOffset Newest => newest;

    /// <summary>Reads the entries below <paramref name="size"/>.</summary>
    /// <param name="size">The head's.</param>
    /// <param name="markSize">A size whose root is asked for, or 0.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <returns>The root at <paramref name="markSize"/>.</returns>
    public Hash? Read(ulong size, ulong markSize, CancellationToken cancellation)
    {
        Hash? markRoot = null;
        while (tree.Size < size)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = ReadPage(size);
            if (page is null)
            {
                findings.Add(FsckKind.Entry, $"entries {tree.Size} to {size - 1}", "are missing: the head says that they are there");
                return markRoot;
            }

            foreach (var entry in page)
            {
                if (entry.Index < tree.Size)
                {
                    findings.Entry(entry.Index, "is stored twice");
                    continue;
                }

                SkipTo(Math.Min(entry.Index, size), "is missing");
                if (entry.Index >= size)
                    break;
                Check(entry);
                tree.Append(MerkleHash.Leaf(entry.Entry.Span));
                keys.CheckRoot(tree);
                if (tree.Size == markSize)
                    markRoot = tree.Root();
            }

            progress?.Invoke(new FsckProgress("entries", tree.Size, size));
        }

        return markRoot;
    }

    /// <summary>What comes next; null when nothing does.</summary>
    private IReadOnlyList<StoredEntry>? ReadPage(ulong size)
    {
        try
        {
            var page = store.ReadEntries(tree.Size, PageSize, withRecords: true);
            return page.Count > 0 ? page : null;
        }
        catch (StoreDamagedException e)
        {
            return ReadAround(e, size);
        }
    }

    /// <summary>What stands before a row that cannot be taken apart is read; the row itself is reported and passed over.</summary>
    private List<StoredEntry> ReadAround(StoreDamagedException damage, ulong size)
    {
        var readable = new List<StoredEntry>();
        for (var index = tree.Size; index < size && index < damage.Next; index++)
        {
            try
            {
                if (store.ReadEntries(index, 1, withRecords: true) is [var entry] && entry.Index == index)
                    readable.Add(entry);
            }
            catch (StoreDamagedException)
            {
                break;
            }
        }

        if (readable.Count > 0)
            return readable;
        findings.Add(FsckKind.Entry, damage.Place, damage.Problem);
        SkipTo(Math.Min(Math.Max(damage.Next, tree.Size + 1), size), null);
        return [];
    }

    /// <summary>Takes missing entries' hashes from the tiles, so that what follows can still be checked.</summary>
    private void SkipTo(ulong index, string? problem)
    {
        if (tree.Size >= index)
            return;
        if (problem is not null)
            findings.Add(FsckKind.Entry, tree.Size + 1 == index ? $"entry {tree.Size}" : $"entries {tree.Size} to {index - 1}", problem);
        while (tree.Size < index)
            tree.Append(tree.StoredLeaf(tree.Size) ?? default);
    }

    private void Check(StoredEntry entry)
    {
        try
        {
            var text = Encoding.UTF8.GetString(entry.Entry.Span);
            if (entry.Index == 0)
                CheckGenesis(Genesis.Parse(text));
            else if (Entry.IsDeposit(entry.Entry.Span))
                CheckDeposit(entry, Statement.Parse(text));
            else if (Entry.IsKeyChange(entry.Entry.Span))
                CheckKeyChange(entry, KeyChange.Parse(text));
            else if (Entry.IsAuditHead(entry.Entry.Span))
                CheckAuditHead(entry.Index, AuditHead.Parse(text));
            else if (Entry.IsClockRecord(entry.Entry.Span))
                CheckClock(entry, ClockRecord.Parse(text));
            else if (!text.StartsWith("notary.", StringComparison.Ordinal))
                findings.Entry(entry.Index, "is no text of the notary formats");
            if (!HasRecords(entry.Entry.Span) && (!entry.Claims.IsEmpty || !entry.Request.IsEmpty))
                findings.Record(entry.Index, "stand beside an entry that is not a deposit");
        }
        catch (MalformedException e)
        {
            findings.Entry(entry.Index, e.Message);
        }
    }

    private static bool HasRecords(ReadOnlySpan<byte> entry) => Entry.IsDeposit(entry) || Entry.IsKeyChange(entry) || Entry.IsClockRecord(entry);

    private void CheckClock(StoredEntry entry, ClockRecord record)
    {
        if (record.Ledger != origin)
            findings.Entry(entry.Index, $"is of the ledger {record.Ledger}");
        CheckTime(entry.Index, record.At);
        if (!LostRecords.Are(entry) && (Hash.Of(entry.Request.Span) != record.Log || !entry.Claims.IsEmpty))
            findings.Record(entry.Index, "hold another clock log than the entry commits to");
    }

    private void CheckGenesis(Genesis genesis)
    {
        keys.Begin(genesis.Key);
        newest = genesis.Created;
        if (genesis.Ledger != origin)
            findings.Entry(0, $"begins the ledger {genesis.Ledger}, not {origin}");
    }

    private void CheckKeyChange(StoredEntry entry, KeyChange change)
    {
        CheckTime(entry.Index, change.At);
        keys.Check(entry, change);
        if (!entry.Claims.IsEmpty && !LostRecords.Are(entry))
            findings.Record(entry.Index, "hold claims beside an entry that is not a deposit");
    }

    private void CheckAuditHead(ulong index, AuditHead head)
    {
        CheckTime(index, head.At);
        auditRows++;
        if (store.ListAccount(AuditIndex.Account, index + 1, 1) is not [var row] || row != index)
            findings.Add(FsckKind.AccountIndex, $"audit head {index}", "is not listed");
        if (head.Ledger != origin)
            findings.Entry(index, $"is of the ledger {head.Ledger}");
        if (head.Kept is not null)
            auditRecords = 0;
        // A log that got shorter without a notice was replaced by another one. Whether its records are those, 'notary audit verify' says.
        if (head.Records < auditRecords)
            findings.Entry(index, $"says that the audit log has {head.Records} records, and an entry before it says {auditRecords}");
        auditRecords = Math.Max(auditRecords, head.Records);
    }

    private void CheckTime(ulong index, DateTimeOffset time)
    {
        if (time < newest)
            findings.Entry(index, "was received before the entry before it");
        newest = time > newest ? time : newest;
    }

    private void CheckDeposit(StoredEntry entry, Statement statement)
    {
        Deposits++;
        if (statement.Ledger != origin)
            findings.Entry(entry.Index, $"is of the ledger {statement.Ledger}");
        CheckTime(entry.Index, statement.Received);
        CheckAfter(entry.Index, statement);
        CheckDepositRow(entry.Index, statement.Deposit);
        CheckRecords(entry, statement);
    }

    private void CheckAfter(ulong index, Statement statement)
    {
        if (statement.AfterSize > index)
        {
            findings.Entry(index, $"says that it came after {statement.AfterSize} entries");
            return;
        }

        // Entries of one batch name the same checkpoint: one root a batch.
        if (after.Size != statement.AfterSize)
            after = (statement.AfterSize, tree.RootAt(statement.AfterSize));
        if (after.Root != statement.AfterRoot)
            findings.Entry(index, $"names another root at {statement.AfterSize} entries than the tree has");
    }

    private void CheckDepositRow(ulong index, DepositId deposit)
    {
        var found = store.FindDeposit(deposit);
        if (found == index)
            return;
        if (found is null)
            findings.Add(FsckKind.DepositIndex, $"uuid of entry {index}", "is not in the index");
        else if (found < index && IsDepositAt(found.Value, deposit))
            findings.Entry(index, $"repeats the uuid of entry {found}, which counts");
        else
            findings.Add(FsckKind.DepositIndex, $"uuid of entry {index}", $"leads to entry {found}");
    }

    private bool IsDepositAt(ulong index, DepositId deposit)
    {
        try
        {
            return store.ReadEntries(index, 1, withRecords: false) is [var entry] && entry.Index == index
                && Entry.IsDeposit(entry.Entry.Span)
                && Statement.Parse(Encoding.UTF8.GetString(entry.Entry.Span)).Deposit == deposit;
        }
        catch (Exception e) when (e is MalformedException or StoreDamagedException)
        {
            return false;
        }
    }

    private void CheckRecords(StoredEntry entry, Statement statement)
    {
        if (entry.Claims.IsEmpty && entry.Request.IsEmpty)
        {
            Erased++;
            return;
        }

        if (LostRecords.Are(entry))
        {
            Lost++;
            return;
        }

        if (Hash.Of(entry.Claims.Span) != statement.Claims)
        {
            findings.Record(entry.Index, "hold claims that the statement does not commit to");
            return;
        }

        // From here on the claims are what was written: the account row can be asked for.
        var claims = ParseRecord(entry.Index, () => Claims.Parse(Encoding.UTF8.GetString(entry.Claims.Span)));
        if (claims is null)
            return;
        depositRows++;
        if (store.ListAccount(claims.Account, entry.Index + 1, 1) is not [var row] || row != entry.Index)
            findings.Add(FsckKind.AccountIndex, $"account of entry {entry.Index}", "does not list the entry");
        if (Hash.Of(entry.Request.Span) != claims.Request)
            findings.Record(entry.Index, "hold a request that the claims do not commit to");
        else if (ParseRecord(entry.Index, () => RequestBytes.Parse(entry.Request).Request) is { } request)
            CheckRequest(entry.Index, statement, claims, request);
    }

    private void CheckRequest(ulong index, Statement statement, Claims claims, DepositRequest request)
    {
        if (request.Ledger != statement.Ledger || request.Deposit != statement.Deposit
            || request.Commitment != statement.Commitment || request.Account != claims.Account)
            findings.Record(index, "hold a request for another ledger, deposit, commitment or account than the statement's");
    }

    private T? ParseRecord<T>(ulong index, Func<T> parse)
        where T : class
    {
        try
        {
            return parse();
        }
        catch (MalformedException e)
        {
            findings.Record(index, e.Message);
            return null;
        }
    }
}
