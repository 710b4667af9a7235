using System.Globalization;
using System.Runtime.InteropServices;

namespace Notary.Bench;

/// <summary>What the figures were measured on, in one line that goes with every table.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var load = Read("/proc/loadavg")?.Split(' ')[0];
        var model = Read("/proc/cpuinfo")?.Split('\n').FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1];
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} processors ({model ?? RuntimeInformation.ProcessArchitecture.ToString()}), {memory} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; load average {load ?? "unknown"} before the run.");
    }

    private static string? Read(string path) => File.Exists(path) ? File.ReadAllText(path) : null;
}
