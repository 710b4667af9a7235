using System.Globalization;
using System.Net.Sockets;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;

namespace Notary.Cli;

/// <summary>What a server answered instead of a result, or that nobody answered.</summary>
/// <param name="RetryDelay">The least time before the next try; its presence also shows that somebody is there.</param>
/// <param name="Lines">What is wrong: each field violation, else the message.</param>
internal sealed record ServerError(StatusCode Code, IReadOnlyList<string> Lines, TimeSpan? RetryDelay)
{
    private const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>The same bytes can succeed later.</summary>
    public bool IsTransient => Code is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded;

    /// <summary>Nobody answered: no connection, or silence until the deadline.</summary>
    public bool IsSilence => Code is StatusCode.Unavailable or StatusCode.DeadlineExceeded && RetryDelay is null;

    /// <summary>Somebody answered who speaks HTTP/1.1 alone: that is where a server has its pages.</summary>
    public bool IsForBrowsers { get; private init; }

    public static ServerError From(RpcException exception)
    {
        var details = exception.Trailers.GetValueBytes(DetailsTrailer);
        try
        {
            if (details is not null)
                return From(RpcStatus.Parser.ParseFrom(details));
        }
        catch (InvalidProtocolBufferException)
        {
            // Details are a courtesy: without them the status itself still says what happened.
        }

        return new ServerError(exception.StatusCode, [Words(exception.Status)], null) { IsForBrowsers = Causes(exception.Status).Any(SpeaksNoHttp2) };
    }

    public static ServerError From(RpcStatus status)
    {
        var violations = new List<string>();
        TimeSpan? delay = null;
        foreach (var detail in status.Details)
        {
            if (detail.TryUnpack<BadRequest>(out var bad))
                violations.AddRange(bad.FieldViolations.Select(violation => $"{violation.Field}: {violation.Description}"));
            else if (detail.TryUnpack<RetryInfo>(out var retry) && retry.RetryDelay is not null)
                delay = retry.RetryDelay.ToTimeSpan();
        }

        return new ServerError((StatusCode)status.Code, violations.Count > 0 ? violations : [status.Message], delay);
    }

    /// <summary>The error for the user.</summary>
    public CliException ToException(string address, params IReadOnlyList<string> hints)
    {
        if (IsForBrowsers)
            return new CliException(ExitCode.Server, $"{address} answers browsers, not programs", AddressHint) { IsForBrowsers = true };
        IReadOnlyList<string> errors = IsSilence
            ? [$"{address} cannot be reached: {Reason}"]
            : [.. Lines.Select(line => $"{address} refused ({CodeName}): {Lowered(line)}")];
        return new CliException(ExitCode.Server, errors, hints) { IsSilence = IsSilence };
    }

    /// <summary>The socket's own words, where a connection failed: "connection refused" says more than gRPC does.</summary>
    private static string Words(Grpc.Core.Status status) => Causes(status).OfType<SocketException>().FirstOrDefault()?.Message ?? status.Detail;

    private static IEnumerable<Exception> Causes(Grpc.Core.Status status)
    {
        for (var cause = status.DebugException; cause is not null; cause = cause.InnerException)
            yield return cause;
    }

    // Without TLS it says so itself (RFC 9113, 7: HTTP_1_1_REQUIRED) and closes: whoever sees the close first learns in words alone that
    // there was no HTTP/2 handshake. With TLS the two agree on no protocol (RFC 7301), which OpenSSL and Windows tell in words alone.
    private static bool SpeaksNoHttp2(Exception cause) =>
        cause is HttpProtocolException { ErrorCode: 0xd } or HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError }
        || cause.Message.Contains("HTTP/2 handshake", StringComparison.OrdinalIgnoreCase)
        || cause.Message.Contains("application protocol", StringComparison.OrdinalIgnoreCase);

    /// <summary>The status as gRPC spells it: INVALID_ARGUMENT.</summary>
    private string CodeName => string.Concat(Code.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    private static string AddressHint =>
        string.Create(CultureInfo.InvariantCulture, $"give the server's address for programs: its port is {ServeCommand.GrpcPort} unless its operator chose another");

    private string Reason => Code == StatusCode.DeadlineExceeded ? "no answer in time" : Lowered(Lines[0]);

    /// <summary>The form of all error lines: lower case, no full stop.</summary>
    private static string Lowered(string line)
    {
        var text = line.TrimEnd('.');
        return text.Length > 1 && char.IsUpper(text[0]) && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }
}
