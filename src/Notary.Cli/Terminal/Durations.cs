using System.CommandLine;
using System.Globalization;

namespace Notary.Cli;

/// <summary>Spans of time on the command line: a whole number and s, m, h or d.</summary>
internal static class Durations
{
    private const int MaxDays = 3_650;

    public static Option<TimeSpan?> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result =>
        {
            var text = result.Tokens is [var token] ? token.Value : "";
            if (TryParse(text, out var duration))
                return duration;
            result.AddError($"{name} {text}: is not a duration such as 30s, 15m, 12h or 7d");
            return null;
        },
    };

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        var unit = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };
        if (count == 0 || unit == TimeSpan.Zero || count > TimeSpan.FromDays(MaxDays) / unit)
            return false;
        duration = unit * count;
        return true;
    }

    /// <summary>For people: the largest unit that leaves at least two, rounded down.</summary>
    public static string Describe(TimeSpan duration) => duration switch
    {
        { TotalDays: >= 2 } => Sizes.Count((long)duration.TotalDays, "day"),
        { TotalHours: >= 2 } => Sizes.Count((long)duration.TotalHours, "hour"),
        { TotalMinutes: >= 2 } => Sizes.Count((long)duration.TotalMinutes, "minute"),
        _ => Sizes.Count((long)Math.Max(0, duration.TotalSeconds), "second"),
    };
}
