using System.Globalization;
using System.Text.RegularExpressions;

namespace Notary.Faults;

/// <summary>A call into the kernel that a ledger's file saw: the n-th of its name on that file in one thread.</summary>
/// <param name="Name">As strace says it.</param>
/// <param name="Path">The file's full path; of a rename the old one.</param>
/// <param name="Number">From 1.</param>
internal sealed partial record TracedCall(string Name, string Path, int Number)
{
    /// <summary>What makes a byte or a name durable, and the reads that come between; '?' lets a machine lack one.</summary>
    public const string Traced =
        "?open,openat,pread64,pwrite64,write,?pwritev,fsync,fdatasync,ftruncate,fallocate,?rename,renameat,renameat2,?unlink,unlinkat,?mkdir,mkdirat";

    /// <summary>The calls of a trace, each once: strace counts by thread, so that equal numbers of two threads are one.</summary>
    public static IReadOnlyList<TracedCall> Parse(string trace)
    {
        var counts = new Dictionary<(string Thread, string Name, string Path), int>();
        var calls = new List<TracedCall>();
        foreach (var line in trace.Split('\n'))
        {
            if (Line().Match(line) is not { Success: true } match)
                continue;
            var path = match.Groups["file"].Success ? match.Groups["file"].Value : match.Groups["path"].Value;
            var place = (match.Groups["thread"].Value, match.Groups["name"].Value, path);
            counts[place] = counts.GetValueOrDefault(place) + 1;
            calls.Add(new TracedCall(place.Item2, path, counts[place]));
        }

        return [.. calls.Distinct()];
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {System.IO.Path.GetFileName(Path)} #{Number}");

    [GeneratedRegex("""^(?<thread>\d+) +(?<name>\w+)\((\d+<(?<file>[^>]*)>|(AT_FDCWD(<[^>]*>)?, )?"(?<path>[^"]*)")""", RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
