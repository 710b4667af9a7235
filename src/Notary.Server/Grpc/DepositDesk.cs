using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>How a deposit is answered: exactly one of the two is there.</summary>
internal readonly record struct DepositAnswer(Proto.Certificate? Certificate, Google.Rpc.Status? Error);

/// <summary>
/// Where calls meet the ledger: a deposit is the same whether it is a call of its own or an item of a batch, and what a
/// failing store means to a caller is said once.
/// </summary>
internal sealed class DepositDesk(Ledger ledger, AccessGate gate, AuditTrail audit, ILogger<DepositDesk> logger)
{
    /// <summary>
    /// One deposit from the wire to the ledger and back. Every refusal is a value; what is thrown is a fault of this
    /// program. Not cancelled with its call: the deposit is made all the same and its answer is a commit away, while a
    /// token would cost every deposit that nobody cancels its registration.
    /// </summary>
    /// <param name="caller">Who deposits.</param>
    /// <param name="request">The request bytes, not copied: nobody changes a message that was received.</param>
    public async ValueTask<DepositAnswer> DepositAsync(Caller caller, ByteString request)
    {
        if (Limit(caller) is { } limited)
            return limited;
        var answer = await TryDepositAsync(caller, request);
        // Taken beforehand, so that no two share the last one; a quota is of deposits that were made.
        if (answer.Certificate is null)
            caller.Use?.ReturnDeposit();
        return answer;
    }

    private async ValueTask<DepositAnswer> TryDepositAsync(Caller caller, ByteString request)
    {
        try
        {
            var result = await ledger.DepositAsync(caller.Depositor, request.Memory, CancellationToken.None);
            if (result.Certificate is not { } certificate)
                return Refuse(result);
            audit.Deposited(caller, result.Index);
            return new DepositAnswer(ToProto(certificate), null);
        }
        catch (MalformedException e)
        {
            return Malformed(GrpcErrors.InvalidRequest(e));
        }
        catch (Exception e) when (e is StoreException or StoreDamagedException)
        {
            ledger.Instruments.Refused(e is StoreDamagedException ? RefusalType.StoreDamaged : RefusalType.StoreUnreadable);
            return new DepositAnswer(null, Unreadable(e));
        }
    }

    /// <summary>
    /// An item of a stream, by its caller as the accounts are now: a key that is revoked ends with the item that follows.
    /// </summary>
    public ValueTask<DepositAnswer> DepositAgainAsync(Caller caller, ByteString request)
    {
        if (gate.Renew(caller) is { } now)
            return DepositAsync(now, request);
        ledger.Instruments.Refused(RefusalType.Unauthenticated);
        return ValueTask.FromResult(new DepositAnswer(null, AccessErrors.NoLonger()));
    }

    /// <summary>Who makes the call.</summary>
    public Caller CallerOf(ServerCallContext context) => gate.CallerOf(context.GetHttpContext());

    /// <summary>The answer to a deposit that breaks a rule of its format.</summary>
    public DepositAnswer Malformed(Google.Rpc.Status error)
    {
        ledger.Instruments.Refused(RefusalType.Malformed);
        return new DepositAnswer(null, error);
    }

    /// <summary>The certificate of a deposit, with its private records if it is the caller's.</summary>
    /// <exception cref="RpcException">There is none, or the store failed.</exception>
    public Proto.Certificate GetCertificate(Caller caller, DepositId deposit)
    {
        var certificate = ReadNow(ledger => ledger.GetCertificate(caller.Account, deposit)) ?? throw GrpcErrors.NoSuchDeposit().ToException();
        if (!certificate.Claims.IsEmpty)
            audit.Read(caller, certificate.Index);
        return ToProto(certificate);
    }

    /// <summary>A page of the caller's deposits.</summary>
    /// <exception cref="RpcException">The store failed.</exception>
    public DepositPage ListDeposits(Caller caller, int size, ulong? before)
    {
        audit.Listed(caller);
        return ReadNow(ledger => ledger.ListDeposits(caller.Account, size, before));
    }

    /// <summary>The ledger's name, key and latest checkpoint.</summary>
    public (string Origin, string Vkey, ReadOnlyMemory<byte> Checkpoint) Describe() => (ledger.Origin, ledger.Key.ToString(), ledger.Latest.Note);

    /// <summary>An answer from what is on the ledger.</summary>
    /// <exception cref="RpcException">What <paramref name="read"/> throws, or that the store failed.</exception>
    public Task<T> Read<T>(Func<Ledger, T> read) => Task.FromResult(ReadNow(read));

    private T ReadNow<T>(Func<Ledger, T> read)
    {
        try
        {
            return read(ledger);
        }
        catch (Exception e) when (e is StoreException or StoreDamagedException or IOException or UnauthorizedAccessException or MalformedException)
        {
            throw Unreadable(e).ToException();
        }
    }

    /// <summary>The certificate's bytes, not copied: nobody changes them once they are issued.</summary>
    public static Proto.Certificate ToProto(IssuedCertificate certificate)
    {
        var answer = new Proto.Certificate
        {
            Statement = UnsafeByteOperations.UnsafeWrap(certificate.Statement),
            Claims = UnsafeByteOperations.UnsafeWrap(certificate.Claims),
            Request = UnsafeByteOperations.UnsafeWrap(certificate.Request),
            Proof = UnsafeByteOperations.UnsafeWrap(certificate.Proof),
        };
        foreach (var (token, proof) in certificate.Timestamps)
            answer.Timestamps.Add(new Proto.Timestamp
            {
                Over = TimestampToken.OverCheckpoint,
                Token = UnsafeByteOperations.UnsafeWrap(token),
                Proof = UnsafeByteOperations.UnsafeWrap(proof),
            });
        return answer;
    }

    /// <summary>The same certificate as clients keep it.</summary>
    public static Certificate ToCertificate(Proto.Certificate certificate) => new()
    {
        Statement = certificate.Statement.ToStringUtf8(),
        Claims = certificate.Claims.IsEmpty ? null : certificate.Claims.ToStringUtf8(),
        Request = certificate.Request.IsEmpty ? null : certificate.Request.ToStringUtf8(),
        Proof = certificate.Proof.ToStringUtf8(),
        Timestamps = [.. certificate.Timestamps.Select(stamp => new TimestampToken(stamp.Over, stamp.Token.Memory, stamp.Proof.IsEmpty ? null : stamp.Proof.ToStringUtf8()))],
    };

    private DepositAnswer? Limit(Caller caller)
    {
        if (caller.Use is null)
            return null;
        var (wait, isQuota) = caller.Use.TakeDeposit();
        if (wait <= TimeSpan.Zero)
            return null;
        ledger.Instruments.Refused(isQuota ? RefusalType.Quota : RefusalType.RateLimit);
        return new DepositAnswer(null, isQuota ? AccessErrors.QuotaUsed(wait) : AccessErrors.TooMany(wait));
    }

    private DepositAnswer Refuse(in DepositResult result)
    {
        // What the ledger does not issue for a reason of its own is counted there, a batch at a time.
        if (result.Outcome != DepositOutcome.Unavailable)
            ledger.Instruments.Refused(RefusalType.Of(result));
        return new DepositAnswer(null, GrpcErrors.Refused(result));
    }

    private Google.Rpc.Status Unreadable(Exception failure)
    {
        LogMessages.ReadFailed(logger, ledger.Origin, failure);
        return GrpcErrors.Unreadable(failure);
    }
}
