using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// What the time sources said since the last clock record, a line each: time, source, what it said. It is kept beside the
/// record, and its hash is on the ledger. Safe for concurrent use.
/// </summary>
internal sealed class ClockLog
{
    /// <summary>The first line, without its LF.</summary>
    public const string Document = "notary.clock-log/v1";

    /// <summary>Bytes after which a record is due, so that nothing is left out; a store takes 65,535 beside an entry.</summary>
    private const int Full = 32_768;

    private const int Limit = 60_000;

    private readonly Lock gate = new();
    private readonly List<string> lines = [];
    private int size;

    // Lines that are gone: the number of the first one that is here.
    private long gone;

    public bool IsFull
    {
        get
        {
            lock (gate)
                return size > Full;
        }
    }

    /// <summary>Adds a line. Beyond the limit, which it reaches while records cannot be written, the oldest ones go.</summary>
    public void Add(DateTimeOffset at, string said)
    {
        var line = $"{Timestamp.Format(at)} {said}\n";
        lock (gate)
        {
            lines.Add(line);
            size += Encoding.UTF8.GetByteCount(line);
            while (size > Limit)
                Remove(1);
        }
    }

    /// <summary>The log of a ledger, and up to where that is.</summary>
    public (byte[] Text, long End) Read(string ledger)
    {
        lock (gate)
            return (Encoding.UTF8.GetBytes($"{Document}\nledger {ledger}\n{string.Concat(lines)}"), gone + lines.Count);
    }

    /// <summary>What was read up to there is beside a record now.</summary>
    public void Written(long end)
    {
        lock (gate)
            Remove((int)Math.Max(0, end - gone));
    }

    private void Remove(int count)
    {
        size -= lines.Take(count).Sum(Encoding.UTF8.GetByteCount);
        lines.RemoveRange(0, count);
        gone += count;
    }
}
