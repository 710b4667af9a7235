using System.Globalization;
using System.Text.RegularExpressions;
using Notary.Core;

namespace Notary.Documents;

/// <summary>Times for readers: in UTC, and in the time of China, which is UTC+8 without exceptions since 1991.</summary>
public static partial class Times
{
    private static readonly TimeSpan China = TimeSpan.FromHours(8);

    /// <summary>A time as two lines of a field.</summary>
    public static IReadOnlyList<Phrase> Lines(DateTimeOffset time) =>
        InChina(time) is { } china ? [Phrase.Exact($"{Shown(time)} UTC"), Phrase.Exact($"{china} UTC+8")] : [Phrase.Exact($"{Shown(time)} UTC")];

    /// <summary>A time on one line.</summary>
    public static string Line(DateTimeOffset time) =>
        InChina(time) is { } china ? $"{Shown(time)} UTC = {china} UTC+8" : $"{Shown(time)} UTC";

    /// <summary>The sentence with the time of China behind each time in it.</summary>
    public static Sentence InBoth(Sentence sentence) => new(
        Spelled().Replace(sentence.English, match => Both(match, " (", ")")),
        Spelled().Replace(sentence.Chinese, match => Both(match, "（", "）")));

    private static string Both(Match match, string open, string close) =>
        Timestamp.TryParse(match.Value, out var time) && InChina(time) is { } china ? $"{match.Value}{open}{china} UTC+8{close}" : match.Value;

    private static string Shown(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    // The last hours of the year 9999 are a valid time of a text, and have none in China that the calendar could hold.
    private static string? InChina(DateTimeOffset time) => time.UtcDateTime > DateTime.MaxValue - China
        ? null
        : time.ToOffset(China).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")]
    private static partial Regex Spelled();
}
