using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// The pending journal of one run, <c>DIR/pending/&lt;time&gt;-&lt;random&gt;.journal</c>: a line that names the format, a
/// record <c>run</c>, one record <c>deposit</c> each, a record <c>ready</c> with their number. Nothing is sent before
/// <c>ready</c> is on disk, and the journal is deleted only when all evidence is.
/// <list type="bullet">
/// <item>A crash before <c>ready</c>: nothing was sent, whatever the tail looks like; the journal is dropped.</item>
/// <item>A crash after it: the same bytes are sent again, which gives the same entries.</item>
/// </list>
/// The open handle is locked, so a run and a resume cannot work on one journal at a time.
/// </summary>
internal sealed class PendingJournal : IDisposable
{
    private const string Document = "pending journal";
    private const string Extension = ".journal";
    private static readonly byte[] FormatLine = "notary.pending/v1\n"u8.ToArray();

    // Guards end and deposits while several hashing threads append. After Seal nobody writes.
    private readonly Lock appending = new();
    private readonly FileStream stream;
    private readonly SafeFileHandle file;
    private readonly List<(long Offset, int Length)> deposits = [];
    private long end;

    private PendingJournal(FileStream stream)
    {
        FullName = stream.Name;
        this.stream = stream;
        file = stream.SafeFileHandle;
    }

    public string FullName { get; }

    /// <summary>Whether <c>ready</c> is there: deposits may have been sent.</summary>
    public bool IsReady { get; private set; }

    /// <summary>The run's record; set in every journal that is ready.</summary>
    public PendingRun? Run { get; private set; }

    /// <summary>Deposits in the journal.</summary>
    public int Count => deposits.Count;

    /// <summary>The journals that wait in an output folder, oldest first.</summary>
    public static IReadOnlyList<string> In(string outputFolder)
    {
        var folder = FolderIn(outputFolder);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal)] : [];
    }

    /// <param name="random">4 bytes that tell two runs of one second apart.</param>
    public static PendingJournal Create(string outputFolder, PendingRun run, DateTimeOffset now, ReadOnlySpan<byte> random)
    {
        var folder = FolderIn(outputFolder);
        DurableFile.CreateFolder(folder);
        var name = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var path = Path.Join(folder, $"{name}-{Convert.ToHexStringLower(random)}{Extension}");
        var journal = new PendingJournal(Locked(path, FileMode.CreateNew)) { Run = run };
        journal.Write(FormatLine);
        journal.Write(JournalRecord.Encode("run", run.ToBytes()));
        return journal;
    }

    /// <summary>Opens a journal that an interrupted run left; null while another process works on it.</summary>
    /// <exception cref="MalformedException">It is damaged elsewhere than at a torn tail.</exception>
    public static PendingJournal? Open(string path)
    {
        PendingJournal journal;
        try
        {
            journal = new PendingJournal(Locked(path, FileMode.Open));
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException))
        {
            // What .NET throws when the lock is held; a file that is missing or not permitted has types of its own.
            return null;
        }

        try
        {
            journal.Scan();
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Adds a deposit. Not durable before <see cref="Seal"/>.</summary>
    public void Append(PendingDeposit deposit)
    {
        var payload = deposit.ToBytes();
        var record = JournalRecord.Encode("deposit", payload);
        lock (appending)
        {
            deposits.Add((end + record.Length - payload.Length - 1, payload.Length));
            Write(record);
        }
    }

    /// <summary>Makes the journal durable, its name included. From here on the deposits may be sent.</summary>
    public void Seal()
    {
        // Twice, so that 'ready' on disk means that all before it had been: a disk may write the later block first.
        NativeFile.FlushFile(file);
        Write(JournalRecord.Encode("ready", CountBytes()));
        NativeFile.FlushFile(file);
        NativeFile.FlushFolder(DurableFile.FolderOf(FullName));
        IsReady = true;
    }

    /// <summary>Reads a deposit back; thousands need not be in memory at once.</summary>
    public PendingDeposit this[int index]
    {
        get
        {
            var (offset, length) = deposits[index];
            return PendingDeposit.Parse(ReadExactly(offset, length));
        }
    }

    /// <summary>Forgets the run: its evidence is durable, or nothing of it was ever sent.</summary>
    public void Delete()
    {
        File.Delete(FullName);
        // A crash before this is durable only repeats the resume, which finds all evidence in its place.
        NativeFile.FlushFolder(DurableFile.FolderOf(FullName));
    }

    public void Dispose() => stream.Dispose();

    private static string FolderIn(string outputFolder) => Path.Join(outputFolder, "pending");

    private static FileStream Locked(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
            options.UnixCreateMode = DurableFile.Private;
        return new FileStream(path, options);
    }

    private void Write(byte[] record)
    {
        RandomAccess.Write(file, record, end);
        end += record.Length;
    }

    private byte[] CountBytes() => Encoding.ASCII.GetBytes(deposits.Count.ToString(CultureInfo.InvariantCulture));

    private void Scan()
    {
        var length = RandomAccess.GetLength(file);
        if (!ReadUpTo(0, FormatLine.Length).AsSpan().SequenceEqual(FormatLine))
        {
            // Cut within the first line: the run ended before it wrote anything. Any other beginning is not ours.
            if (FormatLine.AsSpan().StartsWith(ReadUpTo(0, FormatLine.Length)))
                return;
            throw new MalformedException(Document, null, "does not begin with the line 'notary.pending/v1'");
        }

        end = FormatLine.Length;
        while (end < length && !IsReady && ReadRecord(length))
        {
        }

        if (!IsReady && SaysReadyAfter(end, length))
            throw new MalformedException(Document, null, $"is damaged at byte {end}, and its deposits may have been sent");
    }

    /// <summary>Reads the record at <see cref="end"/> and steps over it; false at a torn one.</summary>
    private bool ReadRecord(long fileLength)
    {
        if (!IsWholeRecord(end, fileLength) || JournalRecord.ReadHead(ReadUpTo(end, JournalRecord.HeadBytes)) is not var (kind, length, _, headLength))
            return false;
        var offset = end + headLength;
        var payload = ReadExactly(offset, length);
        switch (kind)
        {
            case "run":
                Run = PendingRun.Parse(payload);
                break;
            case "deposit":
                deposits.Add((offset, length));
                break;
            case "ready" when Run is not null && payload.AsSpan().SequenceEqual(CountBytes()):
                IsReady = true;
                break;
            default:
                throw new MalformedException(Document, null, $"has an unexpected record at byte {end}");
        }

        end = offset + length + 1;
        return true;
    }

    /// <summary>
    /// Whether a record <c>ready</c> follows a damaged place. A torn tail has none, because it was never written; a disk
    /// that lost a block in the middle has, and then the seeds in this file are the only ones.
    /// </summary>
    private bool SaysReadyAfter(long offset, long length)
    {
        const int block = 1 << 20;
        var mark = "\nready "u8;
        for (; offset < length; offset += block - mark.Length)
        {
            var bytes = ReadUpTo(offset, block);
            for (var at = bytes.AsSpan().IndexOf(mark); at >= 0; at = Next(bytes, at, mark))
            {
                if (IsWholeRecord(offset + at + 1, length))
                    return true;
            }
        }

        return false;
    }

    private static int Next(byte[] bytes, int at, ReadOnlySpan<byte> mark)
    {
        var next = bytes.AsSpan(at + 1).IndexOf(mark);
        return next < 0 ? -1 : at + 1 + next;
    }

    private bool IsWholeRecord(long offset, long fileLength) =>
        JournalRecord.ReadHead(ReadUpTo(offset, JournalRecord.HeadBytes)) is var (kind, length, digest, headLength)
        && offset + headLength + length + 1 <= fileLength
        && JournalRecord.Digest(kind, ReadExactly(offset + headLength, length)) == digest;

    /// <summary>A disk that fails here is told by the journal's name: a broken connection is an IOException too.</summary>
    private int ReadSome(Span<byte> bytes, long offset)
    {
        try
        {
            return RandomAccess.Read(file, bytes, offset);
        }
        catch (IOException exception)
        {
            throw CliException.Input($"{FullName}: cannot be read: {exception.Message}");
        }
    }

    private byte[] ReadExactly(long offset, int length)
    {
        var bytes = ReadUpTo(offset, length);
        return bytes.Length == length ? bytes : throw new MalformedException(Document, null, "was cut short while it was read");
    }

    private byte[] ReadUpTo(long offset, int length)
    {
        var bytes = new byte[Math.Min(length, Math.Max(0, RandomAccess.GetLength(file) - offset))];
        var read = 0;
        while (read < bytes.Length)
        {
            var count = ReadSome(bytes.AsSpan(read), offset + read);
            if (count == 0)
                return bytes[..read];
            read += count;
        }

        return bytes;
    }
}
