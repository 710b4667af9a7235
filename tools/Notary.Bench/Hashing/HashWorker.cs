using System.Diagnostics;
using System.Globalization;
using Notary.Cli;
using Notary.Core;

namespace Notary.Bench;

/// <summary>The process whose hashing is measured: what <c>notary deposit</c> does with its arguments before it sends anything.</summary>
internal static class HashWorker
{
    /// <summary>Prints seconds of finding and hashing, its peak memory in KiB, and the digest of all digests in the order of their paths.</summary>
    public static async Task<int> RunAsync(FileSystemInfo path, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var items = new List<ItemText>();
        await FileHashing.RunAsync(
            FileSource.Walk([path.FullName], cancellation),
            (_, item) =>
            {
                lock (items)
                    items.Add(item);
            },
            new Nothing(),
            cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var digests = items.OrderBy(item => item.Path, StringComparer.Ordinal).SelectMany(item => item.Sha256.ToArray()).ToArray();
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{seconds} {self.PeakWorkingSet64 >> 10} {Hash.Of(digests)}"));
        return 0;
    }

    private sealed class Nothing : IProgress<long>
    {
        public void Report(long value)
        {
        }
    }
}
