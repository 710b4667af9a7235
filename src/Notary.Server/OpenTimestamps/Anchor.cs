using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// One of the ledger's roots on its way into Bitcoin. As a file, one fact a line:
/// <code>
/// size 5
/// root 9c7207…
/// made 2026-11-22T03:10:10.902Z
/// calendar https://a.example.org/ -                      not taken yet
/// calendar https://b.example.org/ 8AgBAgMECAAF…          the timestamp over the root, base64
/// </code>
/// </summary>
/// <param name="Size">Entries of the tree.</param>
/// <param name="Root">Its root.</param>
/// <param name="Made">When it was first sent to calendars.</param>
/// <param name="Stamps">One a calendar, in the order of the configuration of then.</param>
internal sealed record Anchor(ulong Size, Hash Root, DateTimeOffset Made, IReadOnlyList<CalendarStamp> Stamps)
{
    /// <summary>How long a calendar is asked for what it promised.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(56);

    /// <summary>Bytes of the file: some calendars, each with a timestamp.</summary>
    public const int MaxBytes = 1 << 20;

    private const string Document = "anchor";

    /// <summary>Whether some calendar has taken it.</summary>
    public bool IsStamped => Stamps.Any(stamp => stamp.Timestamp is not null);

    /// <summary>Whether some calendar has named a Bitcoin block.</summary>
    public bool IsInBitcoin => Stamps.Any(stamp => stamp.IsComplete);

    /// <summary>What all calendars said that named a block, in one timestamp; null when there is none.</summary>
    public OtsTimestamp? Complete => Stamps.Where(stamp => stamp.IsComplete).Select(stamp => stamp.Timestamp!)
        .Aggregate((OtsTimestamp?)null, (all, timestamp) => all?.Merge(timestamp) ?? timestamp);

    /// <summary>Calendars that have something to be asked, now or later.</summary>
    /// <remarks>Each until its own block: one that lies about a block must not keep the others from being asked.</remarks>
    public IEnumerable<CalendarStamp> Open(DateTimeOffset now) => now - Made > Patience ? [] : Stamps.Where(stamp => !stamp.IsComplete);

    public Anchor With(CalendarStamp stamp) =>
        this with { Stamps = [.. Stamps.Select(old => old.Calendar == stamp.Calendar ? stamp : old)] };

    /// <exception cref="MalformedException">It is not what <see cref="ToText"/> writes.</exception>
    public static Anchor Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length < 5 || lines[^1].Length != 0)
            throw Malformed("has not four lines, each with its line feed");
        if (!ulong.TryParse(Value(lines[0], "size "), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || !Hash.TryParseHex(Value(lines[1], "root "), out var root)
            || !Timestamp.TryParse(Value(lines[2], "made "), out var made))
            throw Malformed("does not begin with size, root and made");
        return new Anchor(size, root, made, [.. lines[3..^1].Select(ParseStamp)]);
    }

    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"size {Size}\nroot {Root}\nmade {Timestamp.Format(Made)}\n");
        foreach (var stamp in Stamps)
            text.Append("calendar ").Append(stamp.Calendar.AbsoluteUri).Append(' ')
                .Append(stamp.Timestamp is { } timestamp ? Convert.ToBase64String(timestamp.ToBytes(Hash.Size)) : "-").Append('\n');
        return text.ToString();
    }

    private static CalendarStamp ParseStamp(string line)
    {
        var parts = Value(line, "calendar ").Split(' ');
        if (parts.Length != 2 || !CalendarAddress.TryParse(parts[0], out var calendar))
            throw Malformed("has a calendar without address or timestamp");
        try
        {
            return new CalendarStamp(calendar, parts[1] == "-" ? null : OtsTimestamp.Parse(Convert.FromBase64String(parts[1]), Hash.Size));
        }
        catch (FormatException)
        {
            throw Malformed("has a timestamp that is not base64");
        }
    }

    private static string Value(string line, string name) => line.StartsWith(name, StringComparison.Ordinal) ? line[name.Length..] : "";

    private static MalformedException Malformed(string problem) => new(Document, null, problem);
}
