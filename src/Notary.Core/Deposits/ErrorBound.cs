using System.Globalization;

namespace Notary.Core;

/// <summary>A clock's error bound as the texts spell it: whole milliseconds, <c>12ms</c>, or <c>unknown</c> (null).</summary>
internal static class ErrorBound
{
    private const string Unit = "ms";
    private const string Unknown = "unknown";

    /// <exception cref="MalformedException">The next field is not a bound.</exception>
    public static ulong? Read(FieldReader fields, string name)
    {
        var value = fields.Required(name);
        if (value == Unknown)
            return null;
        return value.EndsWith(Unit, StringComparison.Ordinal) && Decimals.TryParse(value.AsSpan(0, value.Length - Unit.Length), out var bound)
            ? bound
            : throw fields.Error(name, "is neither whole milliseconds such as '12ms' nor 'unknown'");
    }

    public static string Format(ulong? milliseconds) =>
        milliseconds is { } bound ? bound.ToString(CultureInfo.InvariantCulture) + Unit : Unknown;
}
