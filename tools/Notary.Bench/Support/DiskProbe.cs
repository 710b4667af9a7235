using System.Diagnostics;
using System.Globalization;

namespace Notary.Bench;

/// <summary>What one durable write costs where the ledger will be: no single caller can be faster.</summary>
internal static class DiskProbe
{
    private const int Writes = 200;

    public static string Describe(TemporaryFolder folder)
    {
        var milliseconds = new List<double>(Writes);
        var block = new byte[4096];
        using (var file = File.OpenHandle(folder["probe"], FileMode.Create, FileAccess.Write))
        {
            for (var i = 0; i < Writes; i++)
            {
                var start = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, block, (long)i * block.Length);
                RandomAccess.FlushToDisk(file);
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        var format = new DriveInfo(folder.FullName).DriveFormat;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Disk: {format}; a write of 4 KiB with fsync takes {Statistics.Median(milliseconds):F2} ms (median of {Writes}).");
    }
}
