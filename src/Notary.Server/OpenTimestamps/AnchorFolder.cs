using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The anchors of a ledger, a file each, <c>ots/&lt;size&gt;.anchor</c> in the data folder: what calendars promised outlives a
/// crash, and what they kept is served for as long as the ledger. Public data; but once lost, only later times remain.
/// Written by the one task that asks calendars; read by any thread.
/// </summary>
internal sealed class AnchorFolder
{
    private const string Ending = ".anchor";

    private readonly string folder;
    private readonly Lock gate = new();

    // Under the gate. Sizes alone: an anchor itself is read when somebody asks for it.
    private readonly SortedSet<ulong> inBitcoin = [];
    private readonly SortedDictionary<ulong, Anchor> open = [];

    /// <param name="path">The folder, which need not be there.</param>
    /// <param name="unreadable">Told each file that is no anchor; it stays where it is.</param>
    public AnchorFolder(string path, Action<string, Exception> unreadable)
    {
        folder = path;
        foreach (var file in Directory.Exists(path) ? Directory.EnumerateFiles(path, "*" + Ending) : [])
        {
            try
            {
                Remember(Read(file));
            }
            catch (Exception e) when (e is MalformedException or IOException or UnauthorizedAccessException)
            {
                unreadable(Path.GetFileName(file), e);
            }
        }
    }

    /// <summary>Anchors with something left to ask for, the smallest first.</summary>
    public IReadOnlyList<Anchor> Open
    {
        get
        {
            lock (gate)
                return [.. open.Values];
        }
    }

    /// <summary>The largest tree with a block named; 0: none.</summary>
    public ulong LargestInBitcoin
    {
        get
        {
            lock (gate)
                return inBitcoin.Max;
        }
    }

    /// <summary>The smallest anchored tree that includes an entry and has a block named, or null.</summary>
    public Anchor? FindInBitcoin(ulong index)
    {
        ulong size;
        lock (gate)
        {
            var later = inBitcoin.GetViewBetween(index + 1, ulong.MaxValue);
            if (later.Count == 0)
                return null;
            size = later.Min;
        }

        return Read(PathOf(size));
    }

    /// <summary>The smallest tree that includes an entry, is with a calendar and has no block yet; 0: none.</summary>
    public ulong FindPending(ulong index)
    {
        lock (gate)
            return open.Values.FirstOrDefault(anchor => anchor.Size > index && anchor is { IsStamped: true, IsInBitcoin: false })?.Size ?? 0;
    }

    /// <summary>Keeps an anchor as it is now, durably, in the place of what was kept of it.</summary>
    /// <exception cref="IOException">It could not be written; the old file is as it was.</exception>
    public void Save(Anchor anchor)
    {
        DurableFile.CreateFolder(folder);
        var draft = PathOf(anchor.Size) + DurableFile.Draft;
        using (var file = DurableFile.Open(draft, FileMode.Create, FileShare.None))
        {
            file.Write(Encoding.UTF8.GetBytes(anchor.ToText()));
            DurableFile.Sync(file.SafeFileHandle);
        }

        // A crash before this leaves the anchor as it was, and a draft that the next saving writes over.
        DurableFile.Replace(PathOf(anchor.Size), draft);
        Remember(anchor);
    }

    /// <summary>Knows an anchor as it is now. When to ask next is kept nowhere else: after a start everything is asked at once.</summary>
    public void Remember(Anchor anchor)
    {
        lock (gate)
        {
            if (anchor.Stamps.All(stamp => stamp.IsComplete))
                open.Remove(anchor.Size);
            else
                open[anchor.Size] = anchor;
            if (anchor.IsInBitcoin)
                inBitcoin.Add(anchor.Size);
        }
    }

    /// <summary>There is nothing left to ask for; the file stays.</summary>
    public void Close(Anchor anchor)
    {
        lock (gate)
            open.Remove(anchor.Size);
    }

    /// <summary>Gives up an anchor that no calendar took: a later one says more.</summary>
    public void Drop(Anchor anchor)
    {
        DurableFile.Delete(PathOf(anchor.Size));
        Close(anchor);
    }

    private string PathOf(ulong size) => Path.Combine(folder, size.ToString("D20", CultureInfo.InvariantCulture) + Ending);

    private static Anchor Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (file.Length > Anchor.MaxBytes)
            throw new MalformedException("anchor", null, $"has {file.Length} bytes (limit {Anchor.MaxBytes})");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return Anchor.Parse(StrictText.Decode("anchor", bytes));
    }
}
