using System.Globalization;
using System.Net;

namespace Notary.Server;

/// <summary>A time source: an NTP server by name or address.</summary>
/// <param name="Host">As given.</param>
/// <param name="Port">UDP.</param>
public sealed record NtpServer(string Host, int Port)
{
    private const int DefaultPort = 123;

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>address</c> or <c>[address]:port</c>.</summary>
    public static NtpServer? Parse(string text)
    {
        if (IPAddress.TryParse(text, out var alone) && text.Contains(':', StringComparison.Ordinal) && text[0] != '[')
            return new NtpServer(alone.ToString(), DefaultPort);
        var colon = text.LastIndexOf(':');
        var hasPort = colon > 0 && !text.EndsWith(']');
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = DefaultPort;
        return Uri.CheckHostName(host) != UriHostNameType.Unknown
            && (!hasPort || (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= IPEndPoint.MaxPort))
            ? new NtpServer(host, port)
            : null;
    }

    public override string ToString() =>
        Port == DefaultPort ? Host : string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
