namespace Notary.Bench;

/// <summary>The few figures that tables need.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values) => Percentile([.. values.Order()], 0.5);

    /// <param name="sorted">Ascending, at least one.</param>
    /// <param name="share">0 to 1; the nearest rank above it.</param>
    public static double Percentile(IReadOnlyList<double> sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
}
