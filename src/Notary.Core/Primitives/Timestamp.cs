using System.Globalization;

namespace Notary.Core;

/// <summary>The one spelling of a time: <c>yyyy-MM-ddTHH:mm:ss.fffZ</c>, UTC, three decimals, rounded down.</summary>
public static class Timestamp
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The time without what is below a millisecond: the value that its own text reads back to.</summary>
    public static DateTimeOffset RoundDown(DateTimeOffset time) =>
        new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);

    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
