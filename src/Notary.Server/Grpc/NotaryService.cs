using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>
/// The deposit interface. It checks the fields that are protobuf's own, carries bytes across, and leaves every judgement
/// of a deposit to the ledger. One object serves all calls.
/// </summary>
internal sealed class NotaryService(DepositDesk desk, CertificateDesk pages, OpenStreams streams) : Proto.Notary.NotaryBase
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1_000;

    public override async Task<Proto.DepositResponse> Deposit(Proto.DepositRequest request, ServerCallContext context)
    {
        var answer = await desk.DepositAsync(desk.CallerOf(context), request.Request);
        return answer.Certificate is { } certificate
            ? new Proto.DepositResponse { Certificate = certificate }
            : throw answer.Error!.ToException();
    }

    public override async Task DepositBatch(
        IAsyncStreamReader<Proto.DepositBatchRequest> requestStream,
        IServerStreamWriter<Proto.DepositBatchResponse> responseStream,
        ServerCallContext context)
    {
        streams.Add(context);
        using var stream = new DepositStream(desk, desk.CallerOf(context), requestStream, responseStream, streams.Stopping);
        await stream.RunAsync(context.CancellationToken);
    }

    public override Task<Proto.GetCertificateResponse> GetCertificate(
        Proto.GetCertificateRequest request, ServerCallContext context)
    {
        var (deposit, caller) = (ParseDeposit(request.Deposit), desk.CallerOf(context));
        return Task.FromResult(new Proto.GetCertificateResponse { Certificate = desk.GetCertificate(caller, deposit) });
    }

    public override async Task<Proto.GetCertificatePdfResponse> GetCertificatePdf(
        Proto.GetCertificatePdfRequest request, ServerCallContext context)
    {
        var (pdf, isSealed) = await pages.RenderAsync(desk.CallerOf(context), ParseDeposit(request.Deposit), context.CancellationToken);
        return new Proto.GetCertificatePdfResponse { Pdf = UnsafeByteOperations.UnsafeWrap(pdf), Sealed = isSealed };
    }

    public override Task<Proto.ListDepositsResponse> ListDeposits(Proto.ListDepositsRequest request, ServerCallContext context)
    {
        if (request.PageSize > MaxPageSize)
            throw GrpcErrors.InvalidField("page_size", $"is {request.PageSize} (limit {MaxPageSize})").ToException();
        var size = request.PageSize == 0 ? DefaultPageSize : (int)request.PageSize;
        var before = ParsePageToken(request.PageToken);
        return Task.FromResult(ToProto(desk.ListDeposits(desk.CallerOf(context), size, before)));
    }

    public override Task<Proto.GetLedgerInfoResponse> GetLedgerInfo(
        Proto.GetLedgerInfoRequest request, ServerCallContext context) =>
        desk.Read(ledger => new Proto.GetLedgerInfoResponse
        {
            Origin = ledger.Origin,
            Vkey = ledger.Key.ToString(),
            Checkpoint = UnsafeByteOperations.UnsafeWrap(ledger.Latest.Note),
        });

    public override Task<Proto.GetKeyChangeResponse> GetKeyChange(Proto.GetKeyChangeRequest request, ServerCallContext context)
    {
        if (!VerifierKey.TryParse(request.Vkey, out var old, out var problem))
            throw GrpcErrors.InvalidField("vkey", problem!).ToException();
        return desk.Read(ledger => ToProto(ledger.FindKeyChange(old!) ?? throw GrpcErrors.NoSuchKeyChange().ToException()));
    }

    public override Task<Proto.GetConsistencyProofResponse> GetConsistencyProof(
        Proto.GetConsistencyProofRequest request, ServerCallContext context)
    {
        if (request.First == 0)
            throw GrpcErrors.InvalidField("first", "is 0, but a tree size is at least 1").ToException();
        if (request.Second != 0 && request.Second < request.First)
            throw GrpcErrors.InvalidField("second", $"is {request.Second}, below first, which is {request.First}").ToException();
        return desk.Read(ledger =>
        {
            var (larger, latest) = (Math.Max(request.First, request.Second), ledger.Latest.Checkpoint.Size);
            return larger <= latest
                ? ToProto(ledger.ProveConsistency(request.First, request.Second))
                : throw GrpcErrors.BeyondLatest(larger, latest).ToException();
        });
    }

    public override Task<Proto.GetOpenTimestampResponse> GetOpenTimestamp(Proto.GetOpenTimestampRequest request, ServerCallContext context)
    {
        var deposit = ParseDeposit(request.Deposit);
        return desk.Read(ledger => ToProto(ledger.FindAnchor(deposit) ?? throw GrpcErrors.NoSuchDeposit().ToException()));
    }

    private static Proto.GetOpenTimestampResponse ToProto(AnchoredEntry entry)
    {
        var response = new Proto.GetOpenTimestampResponse { Index = entry.Index, PendingTreeSize = entry.PendingSize };
        if (entry.Timestamp is not { } timestamp)
            return response;
        response.TreeSize = timestamp.Size;
        response.Timestamp = UnsafeByteOperations.UnsafeWrap(timestamp.OverRoot.ToBytes(Hash.Size));
        foreach (var hash in timestamp.Path)
            response.Path.Add(UnsafeByteOperations.UnsafeWrap(hash.ToArray()));
        return response;
    }

    private static DepositId ParseDeposit(string text) => DepositId.TryParse(text.ToLowerInvariant(), out var deposit)
        ? deposit
        : throw GrpcErrors.NoDepositId().ToException();

    private static Proto.ListDepositsResponse ToProto(DepositPage page)
    {
        var response = new Proto.ListDepositsResponse
        {
            NextPageToken = page.Next?.ToString(CultureInfo.InvariantCulture) ?? "",
        };
        foreach (var deposit in page.Deposits)
            response.Deposits.Add(ToProto(deposit));
        return response;
    }

    private static Proto.DepositSummary ToProto(DepositSummary deposit) => new()
    {
        Deposit = deposit.Deposit.ToString(),
        Index = deposit.Index,
        Received = Timestamp.Format(deposit.Received),
        Commitment = UnsafeByteOperations.UnsafeWrap(deposit.Commitment.ToArray()),
        Title = deposit.Request?.Title ?? "",
        Kind = deposit.Request?.Kind ?? "",
        Items = deposit.Request?.Items ?? 0,
        Requested = deposit.Request is { } request ? Timestamp.Format(request.Requested) : "",
        Previous = deposit.Request?.Previous?.ToString() ?? "",
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

    private static Proto.GetKeyChangeResponse ToProto(KeyChangeProof proof) => new()
    {
        Entry = ByteString.CopyFromUtf8(proof.Change.ToText()),
        Proof = ByteString.CopyFromUtf8(proof.Proof.ToString()),
    };

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
