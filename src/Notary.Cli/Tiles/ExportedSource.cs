using System.Runtime.CompilerServices;
using System.Text;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary>A folder that <c>notary export</c> or <c>notary mirror</c> wrote, to recover a ledger from: the public side alone.</summary>
internal sealed class ExportedSource : LedgerSource
{
    private readonly TileFolder folder;
    private readonly Checkpoint checkpoint;
    private VerifiedTree? opened;

    private ExportedSource(TileFolder folder, SignedNote note)
    {
        (this.folder, checkpoint) = (folder, Checkpoint.Parse(note.Text));
        Latest = new SignedCheckpoint(checkpoint, Encoding.UTF8.GetBytes(note.ToString()));
    }

    public override string Place => folder.FullName;

    public override SignedCheckpoint Latest { get; }

    public override bool HasRecords => false;

    /// <exception cref="CliException">It holds no checkpoint.</exception>
    public static ExportedSource Open(string path)
    {
        var folder = TileFolder.OpenToRead(path);
        return new ExportedSource(folder, folder.ReadNote());
    }

    public override async Task<Hash> RootAsync(ulong size, CancellationToken cancellation) =>
        (await (await TreeAsync(cancellation)).PrefixAsync(size, cancellation)).Root;

    public override async IAsyncEnumerable<IReadOnlyList<StoredEntry>> ReadAsync(
        ulong first, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var run in EntryStream.ReadAsync(await TreeAsync(cancellation), first, cancellation))
        {
            var entries = new List<StoredEntry>(run.Entries.Count);
            foreach (var entry in run.Entries)
                entries.Add(new StoredEntry(run.First + (ulong)entries.Count, entry, default, await CheckpointBesideAsync(entry, cancellation)));
            yield return entries;
        }
    }

    /// <summary>What a ledger keeps beside a key entry, if the copy has it; whoever takes it over checks it.</summary>
    private async Task<ReadOnlyMemory<byte>> CheckpointBesideAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation)
    {
        if (!Entry.IsKeyChange(entry.Span))
            return default;
        var change = KeyChange.Parse(StrictText.Decode(KeyChange.Document, entry.Span));
        return await folder.ReadKeyChangeAsync(change.Old, cancellation) is { } kept && kept.Change == change
            ? StrictText.Encode(kept.Proof.Note.ToString())
            : default(ReadOnlyMemory<byte>);
    }

    protected override void Dispose(bool disposing)
    {
        folder.Dispose();
        base.Dispose(disposing);
    }

    private async Task<VerifiedTree> TreeAsync(CancellationToken cancellation) =>
        opened ??= await VerifiedTree.OpenAsync(checkpoint, folder.ReadAsync, cancellation);
}
