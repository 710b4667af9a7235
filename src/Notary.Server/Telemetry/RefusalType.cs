using Notary.Core;

namespace Notary.Server;

/// <summary>The values of <c>error.type</c>: why a deposit was refused. docs/operations.md says what to do about each.</summary>
internal static class RefusalType
{
    /// <summary>The request breaks a rule of its format.</summary>
    public const string Malformed = "malformed";

    /// <summary>Its uuid is taken by another request.</summary>
    public const string UuidTaken = "uuid_taken";

    /// <summary>It was deposited before, and its private records were lost in a recovery from a public copy.</summary>
    public const string RecordsLost = "records_lost";

    public const string QueueFull = "queue_full";

    public const string Stopping = "stopping";

    /// <summary>The store cannot be read.</summary>
    public const string StoreUnreadable = "store_unreadable";

    /// <summary>The store holds what the ledger did not write.</summary>
    public const string StoreDamaged = "store_damaged";

    public const string ClockBehind = "clock_behind";

    public const string ClockUncertain = "clock_uncertain";

    public const string ClockSetBack = "clock_set_back";

    public const string NoRoom = "no_room";

    /// <summary>An append failed, and the head says that nothing was written.</summary>
    public const string StoreFailed = "store_failed";

    /// <summary>Other servers write to the same ledger all the time.</summary>
    public const string Contended = "contended";

    /// <summary>The ledger stopped itself after a fatal error.</summary>
    public const string Failed = "failed";

    /// <summary>The account's rate is used up.</summary>
    public const string RateLimit = "rate_limit";

    /// <summary>The account's deposits for the day are used up.</summary>
    public const string Quota = "quota";

    /// <summary>The key stopped being taken while its stream went on.</summary>
    public const string Unauthenticated = "unauthenticated";

    public static string Of(in DepositResult result) => result.Outcome switch
    {
        DepositOutcome.AlreadyExists => result.Reason == Ledger.RecordsLost ? RecordsLost : UuidTaken,
        DepositOutcome.QueueFull => QueueFull,
        DepositOutcome.Stopped => Stopping,
        _ => throw new ArgumentOutOfRangeException(nameof(result), result.Outcome, "has no one reason"),
    };

    public static string Of(LedgerState state) => state switch
    {
        LedgerState.ClockBehind => ClockBehind,
        LedgerState.ClockUncertain => ClockUncertain,
        LedgerState.ClockSetBack => ClockSetBack,
        LedgerState.NoRoom => NoRoom,
        LedgerState.StoreFailed => StoreFailed,
        LedgerState.Contended => Contended,
        LedgerState.Stopping => Stopping,
        LedgerState.Failed => Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "is no refusal"),
    };

    /// <summary>Why the authority refused a query.</summary>
    public static string Of(TimestampFailure? failure) => failure switch
    {
        TimestampFailure.TimeNotAvailable => "time_not_available",
        TimestampFailure.BadAlgorithm => "bad_algorithm",
        TimestampFailure.UnacceptedPolicy => "unaccepted_policy",
        TimestampFailure.UnacceptedExtension => "unaccepted_extension",
        TimestampFailure.SystemFailure => "system_failure",
        _ => Malformed,
    };
}
