using System.Diagnostics.CodeAnalysis;

namespace Notary.Server;

/// <summary>Addresses of OpenTimestamps calendars: http or https, no credentials, query or fragment.</summary>
public static class CalendarAddress
{
    /// <param name="text">As a user or a pending attestation spells it.</param>
    /// <param name="address">Ended by a slash, so that the calendar's paths lie below it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? address)
    {
        var isWeb = Uri.TryCreate(text, UriKind.Absolute, out address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address is { Host.Length: > 0, Query: "", Fragment: "", UserInfo: "" };
        if (isWeb && !address!.AbsolutePath.EndsWith('/'))
            address = new Uri(address.AbsoluteUri + "/");
        return isWeb;
    }
}
