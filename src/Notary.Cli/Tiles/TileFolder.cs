using System.Collections.Concurrent;
using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// A folder that any static web server can carry on as a ledger's read API (C2SP tlog-tiles): <c>checkpoint</c>,
/// <c>tile/…</c>. Tiles are written once, durably, under a name that is free; the checkpoint is replaced last, so that at
/// every moment the folder holds all that its checkpoint speaks of. Locked for one writer. Tiles may be written from
/// several threads at a time, everything else is for one.
/// </summary>
internal sealed class TileFolder : IDisposable
{
    private const string CheckpointName = "checkpoint";

    // The checkpoint that is being followed: remembered before its tiles have come, so that no signer can take it back.
    private const string PendingName = ".checkpoint.pending";
    private const string LockName = ".lock";
    private const string KeyChanges = "key-change";

    // Null when the folder is only read.
    private readonly FileStream? lockFile;

    // Folders whose names the next checkpoint relies on.
    private readonly ConcurrentDictionary<string, bool> used = new(StringComparer.Ordinal);

    private TileFolder(string path, FileStream? lockFile) => (FullName, this.lockFile) = (path, lockFile);

    public string FullName { get; }

    /// <summary>Where proof of a fork is kept.</summary>
    public string Fork => Path.Join(FullName, "fork");

    /// <summary>A folder that is only read, also while another process writes it.</summary>
    public static TileFolder OpenToRead(string path) => new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), null);

    /// <summary>Whether a folder holds a copy whose tiles are all there.</summary>
    public static bool HoldsCopy(string path) => File.Exists(Path.Join(path, CheckpointName));

    /// <summary>Opens the folder for writing, or makes it.</summary>
    /// <exception cref="CliException">Another process writes it, or it cannot be written.</exception>
    public static TileFolder Open(string path)
    {
        if (path.Length == 0)
            throw CliException.Input("the folder's name is empty");
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            DurableFile.CreateFolder(folder, DurableFile.PublicFolder);
            return new TileFolder(folder, FolderLock.Take(Path.Join(folder, LockName)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"{path}: cannot be written: {FileSource.Reason(exception)}");
        }
    }

    public void Dispose() => lockFile?.Dispose();

    /// <summary>The checkpoint whose tiles are all here, or null.</summary>
    /// <exception cref="CliException">It is not one that the trust file's ledger signed.</exception>
    public SeenCheckpoint? ReadCheckpoint(TrustPolicy trust) => Read(CheckpointName, trust);

    /// <summary>The checkpoint as its file stands here; whose it is, is not looked at.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public SignedNote ReadNote() => ReadNote(Path.Join(FullName, CheckpointName));

    /// <summary>A newer checkpoint whose tiles have not all come yet, or null.</summary>
    /// <exception cref="CliException">As <see cref="ReadCheckpoint"/>.</exception>
    public SeenCheckpoint? ReadPending(TrustPolicy trust) => Read(PendingName, trust);

    public void WritePending(SeenCheckpoint seen) => Replace(PendingName, seen);

    /// <summary>Puts the checkpoint over its tiles, which have all been written.</summary>
    public void Publish(SeenCheckpoint seen)
    {
        // (1) The tiles' contents are durable; their names become so here, those of an interrupted run included.
        foreach (var folder in used.Keys)
            NativeFile.FlushFolder(folder);
        used.Clear();
        // (2) A crash before this leaves the old checkpoint over more tiles than it needs.
        Replace(CheckpointName, seen);
        // (3) A crash before this leaves a pending checkpoint that is not newer, which the next run drops.
        DropPending();
    }

    public void DropPending() => File.Delete(Path.Join(FullName, PendingName));

    /// <summary>The tile as it stands here, unchecked, or null.</summary>
    public async Task<Served?> TryReadAsync(TileId tile, CancellationToken cancellation)
    {
        var path = PathOf(tile);
        try
        {
            var limit = tile.Level == TileId.Entries ? EntryBundle.MaxBytes(tile.Width) : tile.Width * Hash.Size;
            if (new FileInfo(path) is not { Exists: true } file)
                return null;
            // One byte too many is enough to be refused.
            var bytes = file.Length <= limit ? await File.ReadAllBytesAsync(path, cancellation) : new byte[limit + 1];
            return new Served(bytes, path, IsKept: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"{path}: cannot be read: {FileSource.Reason(exception)}");
        }
    }

    /// <summary>A <see cref="TileSource"/> of what is here.</summary>
    public async Task<Served> ReadAsync(TileId tile, CancellationToken cancellation) =>
        await TryReadAsync(tile, cancellation) is { } served
            ? served
            : throw new CliException(ExitCode.Failed, $"{PathOf(tile)}: is missing, though the checkpoint beside it speaks of it");

    /// <summary>Writes a verified tile under a name that is free.</summary>
    public void Write(TileId tile, ReadOnlyMemory<byte> bytes)
    {
        var path = PathOf(tile);
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            DurableFile.CreateFolder(folder, DurableFile.PublicFolder);
            DurableFile.Create(path, Path.Join(folder, $".{Path.GetFileName(path)}.tmp"), DurableFile.Public, file => file.Write(bytes.Span));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"{path}: cannot be written: {FileSource.Reason(exception)}");
        }

        Keep(tile);
    }

    /// <summary>The next checkpoint relies on a tile that is here already, perhaps from a run that did not get to make its name durable.</summary>
    public void Keep(TileId tile)
    {
        for (var folder = Path.GetDirectoryName(PathOf(tile))!; used.TryAdd(folder, true) && folder != FullName;)
            folder = DurableFile.FolderOf(folder);
    }

    /// <summary>Where a ledger's change from a key is served and kept, relative to the ledger's prefix.</summary>
    public static string KeyChangePath(VerifierKey old) => string.Create(CultureInfo.InvariantCulture, $"{KeyChanges}/{old.KeyId:x8}");

    /// <summary>A <see cref="KeyChangeSource"/> of what is kept here.</summary>
    public Task<KeyChangeProof?> ReadKeyChangeAsync(VerifierKey old, CancellationToken cancellation)
    {
        var path = Path.Join(FullName, KeyChangePath(old));
        if (!File.Exists(path))
            return Task.FromResult<KeyChangeProof?>(null);
        try
        {
            return Task.FromResult<KeyChangeProof?>(KeyChangeProof.Parse(InputFile.ReadAll(path, KeyChangeProof.MaxBytes, "a key change")));
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}", "nothing was overwritten; move the file away if it was damaged here");
        }
    }

    /// <summary>Keeps a proven key change for whoever follows this copy, unless it is here already.</summary>
    public void WriteKeyChange(KeyChangeProof change)
    {
        var path = Path.Join(FullName, KeyChangePath(change.Change.Old));
        if (File.Exists(path))
            return;
        try
        {
            DurableFile.CreateFolder(DurableFile.FolderOf(path), DurableFile.PublicFolder);
            DurableFile.Create(path, DurableFile.Public, file => file.Write(StrictText.Encode(change.ToText())));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"{path}: cannot be written: {FileSource.Reason(exception)}");
        }
    }

    /// <summary>
    /// Deletes the partial tiles of a tree that had <paramref name="before"/> entries, as far as their full tiles are here
    /// now: tlog-tiles allows it, and a folder that is followed every minute would be mostly partial tiles otherwise.
    /// </summary>
    public void DropPartials(ulong before, ulong now)
    {
        IEnumerable<TileId> partial = EdgeTiles.Of(before);
        foreach (var tile in partial.SelectMany(tile => tile.Level == 0 ? [tile, tile with { Level = TileId.Entries }] : (TileId[])[tile]))
        {
            var full = tile with { Width = TileId.FullWidth };
            var folder = PathOf(full) + ".p";
            if (full.ExistsIn(now) && Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private string PathOf(TileId tile) => Path.Join(FullName, tile.ToString());

    private SeenCheckpoint? Read(string name, TrustPolicy trust)
    {
        var path = Path.Join(FullName, name);
        if (!File.Exists(path))
            return null;
        var note = ReadNote(path);
        var origin = Checkpoint.Parse(note.Text).Origin;
        return trust.Logs.Any(log => log.Key.Name == origin)
            ? SeenCheckpoint.Read(note, path, trust)
            : throw CliException.Input($"{FullName} is a copy of the ledger {origin}, which is not the one that is trusted here", "give each ledger a folder of its own");
    }

    private static SignedNote ReadNote(string path)
    {
        try
        {
            var note = SignedNote.Parse(StrictText.Decode("checkpoint", InputFile.ReadAll(path, Limits.NoteBytes, "a checkpoint")));
            _ = Checkpoint.Parse(note.Text);
            return note;
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}", "nothing was overwritten; move the file away if it was damaged here");
        }
    }

    private void Replace(string name, SeenCheckpoint seen)
    {
        var path = Path.Join(FullName, name);
        try
        {
            DurableFile.Replace(path, DurableFile.Public, StrictText.Encode(seen.ToString()));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"{path}: cannot be written: {FileSource.Reason(exception)}");
        }
    }
}
