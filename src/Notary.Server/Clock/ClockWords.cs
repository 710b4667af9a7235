using System.Globalization;

namespace Notary.Server;

/// <summary>The clock's standing in a sentence, for whoever starts the server.</summary>
internal static class ClockWords
{
    public static string Describe(ClockStanding standing)
    {
        var agreeing = standing.Sources.Count(source => source.Failures == 0);
        var sources = string.Create(CultureInfo.InvariantCulture, $"{agreeing} of {standing.Sources.Count} time sources agree, {standing.Quorum} must");
        var problems = string.Concat(standing.Sources.Where(source => source.Problem is not null).Select(source => $"; {source.Source}: {source.Problem}"));
        return standing.Reading.AccuracyMilliseconds is { } bound
            ? string.Create(CultureInfo.InvariantCulture, $"{bound} ms (limit {ClockGuard.MostBound.TotalMilliseconds:0} ms){(standing.Reading.Refusal is null ? "" : ", so nothing is issued")}: {sources}{problems}")
            : $"unknown, so nothing is issued: {sources}{problems}";
    }
}
