using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>
/// Every log message of the server. No document, file name, digest, title, uuid or seed of a depositor is among the
/// values, and nothing is logged at Information for a single call.
/// Event ids: 1 to 99 the server, 100 to 199 the ledger, 200 to 299 its store.
/// </summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Information, "Ledger {Origin}: gRPC on {Grpc}, read API on {Web}")]
    public static partial void Serving(ILogger logger, string origin, Uri grpc, Uri web);

    [LoggerMessage(2, LogLevel.Information, "Ledger {Origin}: stopping, calls at hand have {Timeout} to end")]
    public static partial void Stopping(ILogger logger, string origin, TimeSpan timeout);

    [LoggerMessage(3, LogLevel.Information, "Ledger {Origin}: stopped")]
    public static partial void Stopped(ILogger logger, string origin);

    [LoggerMessage(4, LogLevel.Critical, "Ledger {Origin}: stopped itself, and the process must end")]
    public static partial void Failed(ILogger logger, string origin, Exception failure);
}
