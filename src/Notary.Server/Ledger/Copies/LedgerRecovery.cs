using System.Runtime.CompilerServices;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>How a recovery ended.</summary>
/// <param name="Origin">The ledger.</param>
/// <param name="Before">Entries that the database held; 0 when there was none.</param>
/// <param name="Now">Entries that it holds.</param>
/// <param name="Lost">Deposits among the recovered entries whose claims and request the source does not have.</param>
/// <param name="MarkPath">The high-water mark that guards the folder.</param>
/// <param name="MarkExists">Whether it is there.</param>
public sealed record RecoveryReport(string Origin, ulong Before, ulong Now, ulong Lost, string MarkPath, bool MarkExists);

/// <summary>
/// Brings a database that is older than what its ledger has signed forward from another copy. It signs nothing and raises
/// no mark: every checkpoint in it was signed before. (1) The source's checkpoint must be the ledger's, (2) it must continue
/// the database and (3) what the high-water mark saw, and be no older than that; (4) the whole database is written anew
/// from both, (5) checked, and (6) put in the place of the old one in one step.
/// </summary>
public sealed class LedgerRecovery
{
    private readonly DataFolder folder;
    private readonly LedgerSource source;
    private readonly Action<FsckProgress>? progress;
    private readonly CancellationToken cancellation;

    // Deposits without records, counted while entries are read, one page at a time.
    private ulong lost;

    private LedgerRecovery(DataFolder folder, LedgerSource source, Action<FsckProgress>? progress, CancellationToken cancellation) =>
        (this.folder, this.source, this.progress, this.cancellation) = (folder, source, progress, cancellation);

    /// <param name="dataDirectory">The folder of the older database, no server on it. A folder with the key alone will do.</param>
    /// <param name="highWaterMarkPath">The mark's file, when it is not beside the folder.</param>
    /// <param name="source">The copy that is further.</param>
    /// <param name="progress">Told now and then how far it is.</param>
    /// <param name="cancellation">Ends it; the old database stays as it was.</param>
    /// <exception cref="LedgerRefusedException">The source does not continue the ledger, or ends before what was signed; nothing was changed.</exception>
    public static async Task<RecoveryReport> RunAsync(
        string dataDirectory, string? highWaterMarkPath, LedgerSource source, Action<FsckProgress>? progress, CancellationToken cancellation)
    {
        using var folder = new DataFolder(dataDirectory, highWaterMarkPath);
        folder.RequireExisting();
        folder.Lock();
        if (LedgerStores.KindOf(folder.Database) is StoreKind.LiteDb)
            throw new LedgerRefusedException(
                $"the ledger in {folder.Folder} is kept in LiteDB, which cannot be recovered in place",
                "move it with 'notary migrate --to sqlite', recover it, and move it back");
        try
        {
            return await new LedgerRecovery(folder, source, progress, cancellation).RunAsync();
        }
        catch (Exception e) when (e is StoreDamagedException or StoreException)
        {
            throw new LedgerRefusedException($"{source.Place} could not be taken over: {e.Message}", "nothing was changed") { IsVerdict = e is StoreDamagedException };
        }
        finally
        {
            SqliteFile.Delete(folder.Draft);
        }
    }

    private async Task<RecoveryReport> RunAsync()
    {
        folder.RequireNoOrphanLog();
        var mark = KnownMark.Read(folder.Mark);
        var (before, after) = (0UL, source.Latest.Checkpoint.Size);
        using (var own = OpenOwn())
        {
            before = own?.Latest.Checkpoint.Size ?? 0;
            CheckSigner(KeysOf(own)); // (1)
            await CheckHistoryAsync(own); // (2)
            await CheckMarkAsync(own, mark); // (3)
            if (before >= after)
                return Report(before, before, 0);
            await new CheckedCopy(progress, cancellation).WriteAsync(folder.Draft, source.Latest, EntriesAsync(own)); // (4) (5)
        }

        // No log may stay behind: it would be read into the new file. A crash here leaves the old database, and a draft
        // that keeps every server off the folder.
        if (File.Exists(folder.Database))
            SqliteFile.MakePlain(folder.Database);
        folder.PlaceDraft(); // (6)
        return Report(before, after, lost);
    }

    private void CheckSigner(List<VerifierKey> keys)
    {
        var key = keys[0];
        try
        {
            var latest = source.Latest;
            var note = SignedNote.Parse(Encoding.UTF8.GetString(latest.Note.Span));
            if (latest.Checkpoint.Origin != key.Name)
                throw Refused($"{source.Place} is of the ledger {latest.Checkpoint.Origin}, not of {key.Name}", "give a copy of this ledger");
            if (keys.All(known => note.Check(known) != NoteCheck.Valid) || Checkpoint.Parse(note.Text) != latest.Checkpoint)
                throw Refused(
                    $"{source.Place} ends with a checkpoint that this ledger's key {key} has not signed",
                    $"give a copy of this ledger; if the ledger has changed its key since, put the newest key file into {folder.Folder} as ledger.key first");
        }
        catch (MalformedException e)
        {
            throw Refused($"{source.Place} ends with no checkpoint: {e.Problem}", "give a copy of this ledger");
        }
    }

    /// <summary>The shorter of the two must be how the longer one began.</summary>
    private async Task CheckHistoryAsync(LedgerReader? own)
    {
        if (own is null)
            return;
        var (ours, theirs) = (own.Latest.Checkpoint, source.Latest.Checkpoint);
        var same = ours.Size <= theirs.Size
            ? await source.RootAsync(ours.Size, cancellation) == ours.Root
            : own.RootAt(theirs.Size) == theirs.Root;
        if (!same)
            throw Refused(
                $"{source.Place} holds another history than the database: they differ within the first {Math.Min(ours.Size, theirs.Size)} entries, and the ledger's key signed both",
                "nothing was changed; keep both copies: this ledger has signed two histories, and whoever relies on it must be told");
    }

    private async Task CheckMarkAsync(LedgerReader? own, KnownMark? mark)
    {
        if (mark is null)
            return;
        var (seen, held, theirs) = (mark.Checkpoint, own?.Latest.Checkpoint.Size ?? 0, source.Latest.Checkpoint.Size);
        if (seen.Origin != source.Latest.Checkpoint.Origin)
            throw Refused($"the high-water mark {folder.Mark} is of the ledger {seen.Origin}", "give each ledger a mark of its own");
        if (seen.Size > held && seen.Size > theirs)
            throw Refused(
                $"{source.Place} ends at {theirs} entries, the database at {held}, and the high-water mark {folder.Mark} {mark}",
                "nothing was changed: find a copy that goes further, such as an export, a mirror or a newer backup; if none is left, "
                + "open a successor with 'notary recover --new-ledger'");
        var root = seen.Size <= held ? own!.RootAt(seen.Size) : await source.RootAsync(seen.Size, cancellation);
        if (root != seen.Root)
            throw Refused(
                $"{(seen.Size <= held ? folder.Database : source.Place)} holds another history than the high-water mark {folder.Mark} saw at {seen.Size} entries",
                "nothing was changed; keep all of them: this ledger may have signed two histories");
    }

    private async IAsyncEnumerable<IReadOnlyList<StoredEntry>> EntriesAsync(
        LedgerReader? own, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        foreach (var page in own?.ReadRecords(0) ?? [])
            yield return page;
        await foreach (var page in source.ReadAsync(own?.Latest.Checkpoint.Size ?? 0, cancel))
            yield return source.HasRecords ? Counted(page) : Counted([.. page.Select(entry => LostRecords.Mark(entry))]);
    }

    private IReadOnlyList<StoredEntry> Counted(IReadOnlyList<StoredEntry> page)
    {
        foreach (var entry in page)
            lost += entry.Index < source.Latest.Checkpoint.Size && Entry.IsDeposit(entry.Entry.Span) && LostRecords.Are(entry) ? 1UL : 0;
        return page;
    }

    private RecoveryReport Report(ulong before, ulong now, ulong without) =>
        new(source.Latest.Checkpoint.Origin, before, now, without, folder.Mark, File.Exists(folder.Mark));

    /// <summary>The folder's own database, its log read in; null when there is none or it is empty.</summary>
    private LedgerReader? OpenOwn()
    {
        if (!File.Exists(folder.Database))
            return null;
        bool isEmpty;
        using (var store = SqliteStore.Open(folder.Database))
            isEmpty = store.ReadHead() is null;
        return isEmpty ? null : LedgerReader.OpenDatabase(folder.Database);
    }

    /// <summary>
    /// The keys that may have signed what is to be taken over: the database's last one, and those in the folder, because the
    /// ledger may have changed its key since. That the one led to the other is checked with the whole copy.
    /// </summary>
    private List<VerifierKey> KeysOf(LedgerReader? own)
    {
        var keys = new[] { own?.Key, LedgerKey.Load(folder.Key)?.Verifier, LedgerKey.Load(folder.NextKey)?.Verifier }.OfType<VerifierKey>().ToList();
        return keys.Count > 0 ? keys : throw new LedgerRefusedException(
            $"neither a database nor a key in {folder.Folder} says which ledger this is",
            "restore a backup first, or put the ledger's key file there");
    }

    private static LedgerRefusedException Refused(string problem, string hint) => new(problem, hint) { IsVerdict = true };
}
