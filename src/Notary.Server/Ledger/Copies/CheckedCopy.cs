using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Writes a database anew from entries, then reads all of it back with <see cref="Fsck"/>, which shares no code with the
/// writing: what comes out is whole, or nothing comes out.
/// </summary>
internal sealed class CheckedCopy(Action<FsckProgress>? progress, CancellationToken cancellation)
{
    private const int Named = 5;

    /// <summary>Writes and checks.</summary>
    /// <param name="path">The draft's file.</param>
    /// <param name="target">The checkpoint that it ends with; its signature is checked against the key that entry 0 names.</param>
    /// <param name="pages">The entries, in order.</param>
    /// <param name="kind">What to write it as.</param>
    /// <exception cref="StoreDamagedException">What was read does not make a whole ledger.</exception>
    /// <exception cref="StoreException">It could not be written.</exception>
    public FsckReport Write(string path, SignedCheckpoint target, IEnumerable<IReadOnlyList<StoredEntry>> pages, StoreKind kind = StoreKind.Sqlite)
    {
        using (var draft = new LedgerDraft(path, target, kind))
        {
            foreach (var page in pages)
                Append(draft, page, target);
            draft.Finish();
        }

        return Check(path);
    }

    /// <inheritdoc cref="Write"/>
    public async Task<FsckReport> WriteAsync(string path, SignedCheckpoint target, IAsyncEnumerable<IReadOnlyList<StoredEntry>> pages)
    {
        using (var draft = new LedgerDraft(path, target, StoreKind.Sqlite))
        {
            await foreach (var page in pages.WithCancellation(cancellation))
                Append(draft, page, target);
            draft.Finish();
        }

        return Check(path);
    }

    /// <summary>Checks a database that stands alone.</summary>
    /// <exception cref="StoreDamagedException">It is not whole.</exception>
    public FsckReport Check(string path)
    {
        var report = Fsck.RunDatabase(path, progress, cancellation);
        return report.IsWhole
            ? report
            : throw new StoreDamagedException(
                "the copy", $"is not whole: {string.Join("; ", report.Findings.Take(Named))}{(report.Findings.Count > Named ? "; and more" : "")}", 0);
    }

    private void Append(LedgerDraft draft, IReadOnlyList<StoredEntry> page, SignedCheckpoint target)
    {
        cancellation.ThrowIfCancellationRequested();
        draft.Append(page);
        progress?.Invoke(new FsckProgress("copy", draft.Size, target.Checkpoint.Size));
    }
}
