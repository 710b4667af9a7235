using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The last signed checkpoint, kept outside the database, so that a database restored from a backup is noticed before it
/// signs a second history.
/// <para>
/// One file of two slots of 4,096 bytes: <c>notary.mark/v1 sequence length sha256</c>, LF, the checkpoint note. The slot
/// that is not being written is intact on the disk: writes go to one slot until it has been synced, then to the other.
/// So a power cut can tear one slot at most. The file has its full length from the start and needs no room later.
/// </para>
/// </summary>
internal sealed class HighWaterMark : IDisposable
{
    private const string Magic = "notary.mark/v1";
    private const int SlotSize = 4_096;
    private const int HeaderSize = 160;

    private readonly FileStream file;
    private readonly Lock gate = new();

    // All under the gate.
    private ulong sequence;
    private int slot;
    private bool isDirty;
    private bool isClosed;

    private HighWaterMark(FileStream file, MarkSlot newest, int slotOfNewest)
    {
        this.file = file;
        Note = newest.Note;
        sequence = newest.Sequence;
        slot = 1 - slotOfNewest;
    }

    /// <summary>The note as it was when the file was opened; empty while nothing has been signed.</summary>
    public ReadOnlyMemory<byte> Note { get; }

    /// <summary>Makes a mark that says that nothing has been signed, durable when this returns.</summary>
    public static void Create(string path)
    {
        var bytes = new byte[2 * SlotSize];
        Print(1, [], bytes);
        DurableFile.WriteNew(path, bytes);
    }

    /// <summary>Opens the mark to write it.</summary>
    /// <exception cref="LedgerRefusedException">Neither slot is whole.</exception>
    public static HighWaterMark Open(string path)
    {
        var file = DurableFile.Open(path, FileMode.Open, FileShare.ReadWrite);
        try
        {
            var (newest, slotOfNewest) = Read(path, file);
            // A killed server leaves its last write unsynced: it is made durable before the other slot is touched.
            DurableFile.Sync(file.SafeFileHandle);
            return new HighWaterMark(file, newest, slotOfNewest);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The note that a mark holds, also beside a running server; empty while nothing has been signed.</summary>
    /// <exception cref="LedgerRefusedException">Neither slot is whole.</exception>
    public static ReadOnlyMemory<byte> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        return Read(path, file).Newest.Note;
    }

    /// <summary>
    /// Whether one of the two slots was written and is not whole. The other one still tells the mark; the next start writes
    /// this one anew.
    /// </summary>
    public static bool HasDamagedSlot(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var bytes = new byte[2 * SlotSize];
        // A running server may be writing one just now, but not at each of three looks.
        for (var look = 0; look < 3; look++)
        {
            if (RandomAccess.Read(file.SafeFileHandle, bytes, 0) == 0
                || (IsWholeOrUnused(bytes.AsMemory(0, SlotSize)) && IsWholeOrUnused(bytes.AsMemory(SlotSize))))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Writes the mark, without waiting for the disk: the database is durable by itself, and a mark that lags behind it is
    /// raised at the next start. A crash of the process loses nothing that was written.
    /// </summary>
    /// <param name="note">The checkpoint note, at most 3,900 bytes.</param>
    public void Write(ReadOnlySpan<byte> note)
    {
        Span<byte> bytes = stackalloc byte[SlotSize];
        lock (gate)
        {
            var length = Print(++sequence, note, bytes);
            RandomAccess.Write(file.SafeFileHandle, bytes[..length], (long)slot * SlotSize);
            isDirty = true;
        }
    }

    /// <summary>Makes the last write durable and turns to the other slot. Writers wait meanwhile, one fsync a second.</summary>
    public void Sync()
    {
        lock (gate)
        {
            if (!isDirty || isClosed)
                return;
            DurableFile.Sync(file.SafeFileHandle);
            (isDirty, slot) = (false, 1 - slot);
        }
    }

    public void Dispose()
    {
        lock (gate)
            isClosed = true;
        file.Dispose();
    }

    private static (MarkSlot Newest, int Slot) Read(string path, FileStream file)
    {
        var bytes = new byte[2 * SlotSize];
        var length = RandomAccess.Read(file.SafeFileHandle, bytes, 0);
        // An empty file is the operator's word that the mark is lost and the database the newest there is.
        if (length == 0)
            return (new MarkSlot(0, ReadOnlyMemory<byte>.Empty), 1);
        var (first, second) = (Parse(bytes.AsMemory(0, SlotSize)), Parse(bytes.AsMemory(SlotSize)));
        return (first, second) switch
        {
            (null, null) => throw new LedgerRefusedException(
                $"the high-water mark {path} is damaged: neither of its two slots is whole",
                "put back the file as it was beside the newest copy of the database"),
            ({ } only, null) => (only, 0),
            (null, { } only) => (only, 1),
            ({ } left, { } right) => left.Sequence > right.Sequence ? (left, 0) : (right, 1),
        };
    }

    private static bool IsWholeOrUnused(ReadOnlyMemory<byte> slot) => !slot.Span.ContainsAnyExcept((byte)0) || Parse(slot) is not null;

    private static MarkSlot? Parse(ReadOnlyMemory<byte> bytes)
    {
        var end = bytes.Span.IndexOf((byte)'\n');
        if (end is < 0 or > HeaderSize)
            return null;
        var fields = Encoding.ASCII.GetString(bytes.Span[..end]).Split(' ');
        if (fields.Length != 4 || fields[0] != Magic
            || !ulong.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > bytes.Length - end - 1)
            return null;
        var note = bytes.Slice(end + 1, length);
        return Checksum(number, note.Span).ToString() == fields[3] ? new MarkSlot(number, note) : null;
    }

    private static int Print(ulong number, ReadOnlySpan<byte> note, Span<byte> destination)
    {
        var header = $"{Magic} {number} {note.Length} {Checksum(number, note)}\n";
        var length = Encoding.ASCII.GetBytes(header, destination);
        note.CopyTo(destination[length..SlotSize]);
        return length + note.Length;
    }

    private static Hash Checksum(ulong number, ReadOnlySpan<byte> note) =>
        Hash.Of([.. Encoding.ASCII.GetBytes($"{number} {note.Length}\n"), .. note]);

    private readonly record struct MarkSlot(ulong Sequence, ReadOnlyMemory<byte> Note);
}
