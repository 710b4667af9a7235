using System.Diagnostics.Metrics;

namespace Notary.Server;

/// <summary>How much room a ledger's files take and have. A disk that does not answer gives no measurement, and no error.</summary>
internal static class DataVolume
{
    public static IEnumerable<Measurement<long>> Size(string folder) =>
        Measure(() => new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length));

    public static IEnumerable<Measurement<long>> Available(string folder) =>
        Measure(() => new DriveInfo(folder).AvailableFreeSpace);

    private static Measurement<long>[] Measure(Func<long> bytes)
    {
        try
        {
            return [new Measurement<long>(bytes())];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
