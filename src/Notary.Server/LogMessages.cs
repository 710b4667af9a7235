using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Every log message of the server. No document, file name, digest, title, uuid or seed of a depositor is among the
/// values, and nothing is logged at Information for a single call.
/// Event ids: 1 to 99 the server, 100 to 199 the ledger, 200 to 299 its store, 300 to 399 time-stamps, 400 to 499
/// calendars and Bitcoin, 500 to 599 accounts and transport, 600 to 699 the clock. No key, header or address of a caller is among them either.
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

    [LoggerMessage(5, LogLevel.Error, "Ledger {Origin}: a call could not read the store")]
    public static partial void ReadFailed(ILogger logger, string origin, Exception failure);

    [LoggerMessage(6, LogLevel.Warning, "Ledger {Origin}: {Timeout} were not enough to answer every call, the rest of them end without one")]
    public static partial void StoppedLate(ILogger logger, string origin, TimeSpan timeout);

    [LoggerMessage(100, LogLevel.Information, "Ledger {Origin}: created")]
    public static partial void LedgerCreated(ILogger logger, string origin);

    [LoggerMessage(101, LogLevel.Information, "Ledger {Origin}: opened and verified, {Size} entries")]
    public static partial void LedgerOpened(ILogger logger, string origin, ulong size);

    [LoggerMessage(102, LogLevel.Critical, "Ledger {Origin}: a fatal error, no deposit is taken any more")]
    public static partial void LedgerFailed(ILogger logger, string origin, Exception failure);

    [LoggerMessage(103, LogLevel.Error, "Ledger {Origin}: the clock is {Behind} behind the newest entry, deposits are refused until it has caught up")]
    public static partial void ClockBehind(ILogger logger, string origin, TimeSpan behind);

    [LoggerMessage(104, LogLevel.Error, "Ledger {Origin}: no room in the store, deposits are refused until there is")]
    public static partial void NoRoom(ILogger logger, string origin);

    [LoggerMessage(105, LogLevel.Error, "Ledger {Origin}: an append failed, the head is read again to see how it ended")]
    public static partial void AppendFailed(ILogger logger, string origin, Exception failure);

    [LoggerMessage(110, LogLevel.Information, "Ledger {Origin}: its key changed from {Old} to {New} at entry {Index}")]
    public static partial void KeyChanged(ILogger logger, string origin, VerifierKey old, VerifierKey @new, ulong index);

    [LoggerMessage(111, LogLevel.Warning, "Ledger {Origin}: a key change that was interrupted is {Outcome}, the key is {Key}")]
    public static partial void KeyChangeSettled(ILogger logger, string origin, string outcome, VerifierKey key);

    [LoggerMessage(200, LogLevel.Error, "Ledger {Origin}: closed without its log copied into {Database}; nothing is lost, the log beside it has the rest and must stay with it")]
    public static partial void LogNotCopied(ILogger logger, string origin, string database, Exception failure);

    [LoggerMessage(400, LogLevel.Information, "Ledger {Origin}: the tree of {Size} entries is in Bitcoin, says the calendar {Calendar}")]
    public static partial void Anchored(ILogger logger, string origin, ulong size, Uri calendar);

    [LoggerMessage(401, LogLevel.Warning, "Ledger {Origin}: the calendar {Calendar} cannot be used ({Problem}), failure {Failures} in a row")]
    public static partial void CalendarFailed(ILogger logger, string origin, Uri calendar, string problem, int failures);

    [LoggerMessage(402, LogLevel.Error, "Ledger {Origin}: what calendars answered cannot be kept")]
    public static partial void AnchoringFailed(ILogger logger, string origin, Exception failure);

    [LoggerMessage(403, LogLevel.Error, "Ledger {Origin}: the anchor {File} cannot be read and is left as it is")]
    public static partial void AnchorUnreadable(ILogger logger, string origin, string file, Exception failure);

    [LoggerMessage(404, LogLevel.Error, "Ledger {Origin}: the anchor of {Size} entries is not of this ledger's tree and is not served")]
    public static partial void AnchorForeign(ILogger logger, string origin, ulong size);

    [LoggerMessage(405, LogLevel.Warning, "No Bitcoin block for statements to name: {Problem}")]
    public static partial void NodeFailed(ILogger logger, string problem);

    [LoggerMessage(300, LogLevel.Information, "Ledger {Origin}: time-stamping authority on {Address}tsa, policy {Policy}")]
    public static partial void AuthorityServing(ILogger logger, string origin, Uri address, string policy);

    [LoggerMessage(301, LogLevel.Error, "Ledger {Origin}: a time-stamp could not be issued")]
    public static partial void TokenFailed(ILogger logger, string origin, Exception failure);

    [LoggerMessage(302, LogLevel.Warning, "Ledger {Origin}: {Authority} gave no time-stamp that holds ({Problem}), failure {Failures} in a row, next try in {Delay}")]
    public static partial void StampFailed(ILogger logger, string origin, string authority, string problem, int failures, TimeSpan delay);

    [LoggerMessage(303, LogLevel.Information, "Ledger {Origin}: {Authority} stamps checkpoints again after {Failures} failures")]
    public static partial void StampingAgain(ILogger logger, string origin, string authority, int failures);

    [LoggerMessage(304, LogLevel.Error, "Ledger {Origin}: the store of time-stamps failed")]
    public static partial void TokenStoreFailed(ILogger logger, string origin, Exception failure);

    [LoggerMessage(305, LogLevel.Error, "Ledger {Origin}: a fault of this server kept {Outside} from being asked; it is tried again")]
    public static partial void OutsideFault(ILogger logger, string origin, string outside, Exception failure);

    [LoggerMessage(500, LogLevel.Error, "The accounts cannot be read; what was known of them goes on to count")]
    public static partial void AccountsUnreadable(ILogger logger, Exception failure);

    [LoggerMessage(501, LogLevel.Error, "The audit log cannot be written; what happened is kept in memory and tried again")]
    public static partial void AuditFailed(ILogger logger, Exception failure);

    [LoggerMessage(502, LogLevel.Information, "The TLS certificate {Subject} is served, valid until {Until}")]
    public static partial void CertificateServed(ILogger logger, string subject, DateTimeOffset until);

    [LoggerMessage(503, LogLevel.Error, "The TLS certificate in {File} cannot be used; the one before goes on to be served")]
    public static partial void CertificateUnusable(ILogger logger, string file, Exception failure);

    [LoggerMessage(600, LogLevel.Information, "The clock is confirmed by its time sources, off by {Milliseconds} ms at most")]
    public static partial void ClockConfirmed(ILogger logger, ulong milliseconds);

    [LoggerMessage(601, LogLevel.Error, "Nothing is issued because of the clock: {Reason}")]
    public static partial void ClockRefused(ILogger logger, string reason);

    [LoggerMessage(602, LogLevel.Warning, "The time source {Source} is of no use: {Problem}")]
    public static partial void SourceFailed(ILogger logger, string source, string problem);

    [LoggerMessage(603, LogLevel.Information, "The time source {Source} agrees again after {Failures} failures")]
    public static partial void SourceAgain(ILogger logger, string source, int failures);

    [LoggerMessage(604, LogLevel.Error, "The time sources could not be asked; they are asked again in the next round")]
    public static partial void RoundFailed(ILogger logger, Exception failure);

    [LoggerMessage(605, LogLevel.Error, "Ledger {Origin}: the clock's state could not be recorded on the ledger, and is tried again")]
    public static partial void RecordFailed(ILogger logger, string origin, Exception? failure);
}
