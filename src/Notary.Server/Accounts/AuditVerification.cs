using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>What a check of the audit log found.</summary>
/// <param name="Records">Records that follow each other without a gap.</param>
/// <param name="Heads">Heads on the ledger that agree with them.</param>
/// <param name="Covered">How many records the last of these covers: those after it are vouched for by nobody yet.</param>
/// <param name="Entry">The entry that holds it.</param>
/// <param name="Losses">Where the operator said that records were lost.</param>
/// <param name="Problem">What is wrong, or null.</param>
public sealed record AuditReport(ulong Records, int Heads, ulong Covered, ulong Entry, IReadOnlyList<AuditLoss> Losses, string? Problem);

/// <summary>A notice on the ledger that the log lost records.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="At">When it was written.</param>
/// <param name="Kept">Records that are left of those that the ledger vouched for before.</param>
/// <param name="Known">How many it had vouched for.</param>
public sealed record AuditLoss(ulong Entry, DateTimeOffset At, ulong Kept, ulong Known);

/// <summary>
/// Checks the audit log from its first record: that each follows the one before it, and that every head on the ledger is
/// that of the records up to there. Heads that a notice gave up are left out. The ledger is only read, also beside a running server.
/// </summary>
public static class AuditVerification
{
    /// <exception cref="AccountRefusedException">There is no ledger or there are no accounts.</exception>
    /// <exception cref="LedgerRefusedException">The ledger cannot be read.</exception>
    public static AuditReport Run(string dataDirectory, TimeProvider time, CancellationToken cancellation)
    {
        using var folder = new DataFolder(dataDirectory, highWaterMark: null);
        if (!File.Exists(folder.Accounts))
            throw new AccountRefusedException($"{folder.Folder} has no accounts, and so no audit log", "give the folder that 'notary serve' is given") { IsMissing = true };
        // The ledger first: a record that is written meanwhile is in no head of it.
        var (heads, losses) = ReadHeads(dataDirectory, cancellation);
        using var database = AccountDatabase.Open(folder.Accounts, time);
        return Walk(database, heads, losses, cancellation);
    }

    private static AuditReport Walk(
        AccountDatabase database, List<(ulong Index, AuditHead Head)> heads, IReadOnlyList<AuditLoss> losses, CancellationToken cancellation)
    {
        var chain = new AuditChain();
        var next = 0;
        while (AuditLog.Read(database, chain.Records + 1, AuditLog.Page) is { Count: > 0 } page)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var record in page)
            {
                if (chain.Continue(record) is { } problem)
                    return Report($"record {chain.Records + 1} {problem}");
                for (; next < heads.Count && heads[next].Head.Records == chain.Records; next++)
                {
                    if (heads[next].Head.Head != chain.Head)
                        return Report($"the head at entry {heads[next].Index} of the ledger is another than that of the first {chain.Records} records: one of them was changed");
                }
            }
        }

        return Report(next < heads.Count
            ? $"the head at entry {heads[next].Index} of the ledger covers {heads[next].Head.Records} records, and there are {chain.Records}: the last ones are gone, or another log was put in the place of this one"
            : null);

        AuditReport Report(string? problem) => new(
            chain.Records, next, next > 0 ? heads[next - 1].Head.Records : 0, next > 0 ? heads[next - 1].Index : 0,
            losses, problem);
    }

    /// <summary>
    /// The heads on the ledger, by how many records they cover; one that covers fewer than the one before it stands out of
    /// order. Every entry is read: an index that leaves one out would leave out what it says.
    /// </summary>
    private static (List<(ulong Index, AuditHead Head)> Heads, IReadOnlyList<AuditLoss> Losses) ReadHeads(string dataDirectory, CancellationToken cancellation)
    {
        var (heads, losses) = (new List<(ulong Index, AuditHead Head)>(), new List<AuditLoss>());
        using var reader = LedgerReader.Open(dataDirectory);
        foreach (var entry in reader.ReadRecords(0).SelectMany(page => page))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!Entry.IsAuditHead(entry.Entry.Span))
                continue;
            var head = AuditHead.Parse(Encoding.UTF8.GetString(entry.Entry.Span));
            if (head.Kept is { } kept)
            {
                losses.Add(new AuditLoss(entry.Index, head.At, kept, heads.Select(known => known.Head.Records).DefaultIfEmpty().Max()));
                heads.RemoveAll(known => known.Head.Records > kept);
            }

            heads.Add((entry.Index, head));
        }

        heads.Sort((left, right) => left.Head.Records.CompareTo(right.Head.Records));
        return (heads, losses);
    }
}
