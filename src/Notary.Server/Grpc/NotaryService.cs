using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>
/// The deposit interface. Knows protobuf and the ledger, and nothing of either's insides: it carries bytes across and
/// leaves every judgement of a deposit to the ledger. One object serves all calls.
/// </summary>
internal sealed class NotaryService(Ledger ledger, OpenStreams streams) : Proto.Notary.NotaryBase
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1_000;

    /// <summary>The one account until accounts exist; also its depositor's name.</summary>
    internal const string LocalAccount = "local";

    public override async Task<Proto.DepositResponse> Deposit(Proto.DepositRequest request, ServerCallContext context)
    {
        DepositResult result;
        try
        {
            result = await ledger.DepositAsync(LocalAccount, request.Request.Memory, context.CancellationToken);
        }
        catch (MalformedException e)
        {
            throw GrpcErrors.InvalidRequest(e).ToException();
        }

        return result.Certificate is { } certificate
            ? new Proto.DepositResponse { Certificate = ToProto(certificate) }
            : throw GrpcErrors.Refused(result).ToException();
    }

    public override async Task DepositBatch(
        IAsyncStreamReader<Proto.DepositBatchRequest> requestStream,
        IServerStreamWriter<Proto.DepositBatchResponse> responseStream,
        ServerCallContext context)
    {
        streams.Add(context);
        using var stream = new DepositStream(ledger, requestStream, responseStream, streams.Stopping);
        await stream.RunAsync(context.CancellationToken);
    }

    public override Task<Proto.GetCertificateResponse> GetCertificate(
        Proto.GetCertificateRequest request, ServerCallContext context)
    {
        if (!DepositId.TryParse(request.Deposit.ToLowerInvariant(), out var deposit))
            throw GrpcErrors.InvalidField("deposit", "is not a version 7 uuid of 36 characters with its time in whole minutes").ToException();
        var certificate = ledger.GetCertificate(LocalAccount, deposit) ?? throw GrpcErrors.NoSuchDeposit().ToException();
        return Task.FromResult(new Proto.GetCertificateResponse { Certificate = ToProto(certificate) });
    }

    public override Task<Proto.ListDepositsResponse> ListDeposits(Proto.ListDepositsRequest request, ServerCallContext context)
    {
        if (request.PageSize > MaxPageSize)
            throw GrpcErrors.InvalidField("page_size", $"is {request.PageSize} (limit {MaxPageSize})").ToException();
        var size = request.PageSize == 0 ? DefaultPageSize : (int)request.PageSize;
        var page = ledger.ListDeposits(LocalAccount, size, ParsePageToken(request.PageToken));
        var response = new Proto.ListDepositsResponse
        {
            NextPageToken = page.Next?.ToString(CultureInfo.InvariantCulture) ?? "",
        };
        foreach (var deposit in page.Deposits)
            response.Deposits.Add(ToProto(deposit));
        return Task.FromResult(response);
    }

    public override Task<Proto.GetLedgerInfoResponse> GetLedgerInfo(
        Proto.GetLedgerInfoRequest request, ServerCallContext context) =>
        Task.FromResult(new Proto.GetLedgerInfoResponse
        {
            Origin = ledger.Origin,
            Vkey = ledger.Key.ToString(),
            Checkpoint = UnsafeByteOperations.UnsafeWrap(ledger.Latest.Note),
        });

    public override Task<Proto.GetConsistencyProofResponse> GetConsistencyProof(
        Proto.GetConsistencyProofRequest request, ServerCallContext context)
    {
        var latest = ledger.Latest.Checkpoint.Size;
        if (request.First == 0)
            throw GrpcErrors.InvalidField("first", "is 0, but a tree size is at least 1").ToException();
        if (request.Second != 0 && request.Second < request.First)
            throw GrpcErrors.InvalidField("second", $"is {request.Second}, below first, which is {request.First}").ToException();
        if (Math.Max(request.First, request.Second) is var larger && larger > latest)
            throw GrpcErrors.BeyondLatest(larger, latest).ToException();
        return Task.FromResult(ToProto(ledger.ProveConsistency(request.First, request.Second)));
    }

    /// <summary>The certificate's bytes, not copied: nobody changes them once they are issued.</summary>
    internal static Proto.Certificate ToProto(IssuedCertificate certificate) => new()
    {
        Statement = UnsafeByteOperations.UnsafeWrap(certificate.Statement),
        Claims = UnsafeByteOperations.UnsafeWrap(certificate.Claims),
        Request = UnsafeByteOperations.UnsafeWrap(certificate.Request),
        Proof = UnsafeByteOperations.UnsafeWrap(certificate.Proof),
    };

    private static Proto.DepositSummary ToProto(DepositSummary deposit) => new()
    {
        Deposit = deposit.Deposit.ToString(),
        Index = deposit.Index,
        Received = Timestamp.Format(deposit.Received),
        Commitment = UnsafeByteOperations.UnsafeWrap(deposit.Commitment.ToArray()),
    };

    private static Proto.GetConsistencyProofResponse ToProto(ConsistencyProof proof)
    {
        var response = new Proto.GetConsistencyProofResponse();
        foreach (var hash in proof.Path)
            response.Hashes.Add(UnsafeByteOperations.UnsafeWrap(hash.ToArray()));
        if (proof.Checkpoint is { } checkpoint)
            response.Checkpoint = UnsafeByteOperations.UnsafeWrap(checkpoint.Note);
        return response;
    }

    private static ulong? ParsePageToken(string token)
    {
        if (token.Length == 0)
            return null;
        return ulong.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var before)
            && before.ToString(CultureInfo.InvariantCulture) == token
            ? before
            : throw GrpcErrors.InvalidField("page_token", "is not the next_page_token of a page").ToException();
    }
}
