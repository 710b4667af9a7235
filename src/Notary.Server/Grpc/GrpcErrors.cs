using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The one place that says what a refusal is called over gRPC. Each is a google.rpc.Status with details for programs;
/// for a whole call it travels in a trailer, for an item of a batch in its response.
/// </summary>
internal static class GrpcErrors
{
    /// <summary>The trailer of the gRPC protocol that carries a serialized google.rpc.Status.</summary>
    internal const string DetailsTrailer = "grpc-status-details-bin";

    private const string Domain = "notary";

    // A full queue empties within a few commits. What else keeps a ledger from issuing takes an operator.
    private static readonly Duration Soon = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(200));
    private static readonly Duration Later = Duration.FromTimeSpan(TimeSpan.FromSeconds(5));

    /// <summary>One wrong field of a message.</summary>
    /// <param name="field">Its path in the message, as the proto writes it.</param>
    /// <param name="problem">What is wrong, with the limit, as a clause that follows the field's name.</param>
    public static Google.Rpc.Status InvalidField(string field, string problem) => New(
        StatusCode.InvalidArgument,
        $"{field} {problem}",
        new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = problem } } });

    /// <summary>A request text that breaks a rule: its fields are named below the message's field that carries it.</summary>
    public static Google.Rpc.Status InvalidRequest(MalformedException e) =>
        InvalidField(e.Field is null ? "request" : $"request.{e.Field}", e.Problem);

    public static Google.Rpc.Status NoDepositId() =>
        InvalidField("deposit", "is not a version 7 uuid of 36 characters with its time in whole minutes");

    public static Google.Rpc.Status NoSuchDeposit() =>
        New(StatusCode.NotFound, "the ledger has no deposit of this uuid");

    public static Google.Rpc.Status NoSuchKeyChange() =>
        New(StatusCode.NotFound, "the ledger has no key change from this key to show");

    public static Google.Rpc.Status NoSuchService() =>
        New(StatusCode.NotFound, "there is no health of a service of this name");

    /// <param name="size">The size that was asked for.</param>
    /// <param name="latest">The latest checkpoint's.</param>
    public static Google.Rpc.Status BeyondLatest(ulong size, ulong latest) =>
        New(StatusCode.OutOfRange, $"tree size {size} is beyond the latest checkpoint, which has {latest}");

    /// <summary>A stream that the server ends because it stops.</summary>
    public static Google.Rpc.Status Stopping() => Unavailable("STOPPING", "the server is stopping");

    /// <summary>A PDF that cannot be sealed for now.</summary>
    public static Google.Rpc.Status NotSealing(string reason) => Unavailable("NOT_SEALING", reason);

    /// <summary>A deposit that was not issued.</summary>
    public static Google.Rpc.Status Refused(in DepositResult result) => result.Outcome switch
    {
        // What is lost is lost for every caller alike: this tells nobody anything of a deposit.
        DepositOutcome.AlreadyExists when result.Reason == Ledger.RecordsLost =>
            New(StatusCode.AlreadyExists, result.Reason, Reason("RECORDS_LOST")),
        DepositOutcome.AlreadyExists =>
            New(StatusCode.AlreadyExists, "the uuid of the deposit is taken by another request"),
        DepositOutcome.QueueFull => New(
            StatusCode.ResourceExhausted,
            "too many deposits are waiting; nothing was written",
            new RetryInfo { RetryDelay = Soon },
            Reason("QUEUE_FULL")),
        DepositOutcome.Stopped => Unavailable("STOPPING", result.Reason ?? "the ledger is stopping"),
        DepositOutcome.Unavailable => Unavailable("NOT_ISSUING", result.Reason ?? "the ledger issues nothing for now"),
        _ => throw new ArgumentException($"{result.Outcome} is no refusal.", nameof(result)),
    };

    /// <summary>A store that cannot be read, or holds what the ledger did not write. The peer is not told more.</summary>
    public static Google.Rpc.Status Unreadable(Exception e) => e is StoreDamagedException
        ? New(StatusCode.DataLoss, "the store of the ledger is damaged")
        : Unavailable("STORE_FAILED", "the store of the ledger cannot be read");

    /// <summary>The status that <see cref="ToException"/> put into an exception.</summary>
    public static Google.Rpc.Status StatusOf(RpcException e) => Google.Rpc.Status.Parser.ParseFrom(e.Trailers.GetValueBytes(DetailsTrailer)!);

    /// <summary>The exception that ends a call with this status.</summary>
    public static RpcException ToException(this Google.Rpc.Status status) => new(
        new global::Grpc.Core.Status((StatusCode)status.Code, status.Message),
        new Metadata { { DetailsTrailer, status.ToByteArray() } });

    /// <summary>A reason for programs to tell apart.</summary>
    internal static ErrorInfo Reason(string reason) => new() { Reason = reason, Domain = Domain };

    private static Google.Rpc.Status Unavailable(string reason, string message) => New(
        StatusCode.Unavailable,
        message,
        new RetryInfo { RetryDelay = Later },
        Reason(reason));

    internal static Google.Rpc.Status New(StatusCode code, string message, params ReadOnlySpan<IMessage> details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = message };
        foreach (var detail in details)
            status.Details.Add(Any.Pack(detail));
        return status;
    }
}
