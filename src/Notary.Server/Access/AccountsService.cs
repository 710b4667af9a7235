using Grpc.Core;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>Accounts over gRPC. Who may call is the gate's business; whose account it is, is the caller's. One object serves all calls.</summary>
internal sealed class AccountsService(AccessGate gate, AccountBook book, Ledger ledger, AuditTrail audit) : Proto.Accounts.AccountsBase
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1_000;

    public override Task<Proto.GetAccountResponse> GetAccount(Proto.GetAccountRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context);
        var (depositor, verified) = (caller.Depositor, caller.Depositor.Verified);
        return Task.FromResult(new Proto.GetAccountResponse
        {
            Account = depositor.Account,
            Name = depositor.Name,
            Identity = depositor.Identity ?? "",
            Verified = verified is null ? "" : $"{verified.Method} {Timestamp.Format(verified.Time)}",
            Member = caller.Member,
            Role = AccessWords.Of(caller.Role),
            Scopes = AccessWords.Of(caller.Credential?.Scopes ?? Scopes.All),
            RequiresSignature = depositor.RequiresSignature,
            Keys = { depositor.Keys.Select(ToProto) },
        });
    }

    public override Task<Proto.RegisterKeyResponse> RegisterKey(Proto.RegisterKeyRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context);
        return Task.FromResult(new Proto.RegisterKeyResponse
        {
            Key = ToProto(Change(register => register.RegisterKey(caller.Actor, caller.Account, ledger.Origin, request.Registration.Span, request.Replace))),
        });
    }

    public override Task<Proto.RevokeKeyResponse> RevokeKey(Proto.RevokeKeyRequest request, ServerCallContext context)
    {
        var (caller, from) = (CallerOf(context), ParseTime(request.From));
        Change(register => register.RevokeKey(caller.Actor, caller.Account, request.Vkey, from));
        return Task.FromResult(new Proto.RevokeKeyResponse());
    }

    public override Task<Proto.VerifyIdentityResponse> VerifyIdentity(Proto.VerifyIdentityRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context);
        if (request.Account == caller.Account)
            throw AccessErrors.OwnIdentity().ToException();
        Change(register => register.VerifyIdentity(caller.Actor, request.Account, request.Method, at: null));
        return Task.FromResult(new Proto.VerifyIdentityResponse());
    }

    public override Task<Proto.ChangeSettingsResponse> ChangeSettings(Proto.ChangeSettingsRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context);
        Change(register => register.ChangeSettings(
            caller.Actor,
            request.Account,
            request.HasRequiresSignature ? request.RequiresSignature : null,
            request.HasRate ? request.Rate : null,
            request.HasQuota ? request.Quota : null));
        return Task.FromResult(new Proto.ChangeSettingsResponse());
    }

    public override Task<Proto.ReadAuditResponse> ReadAudit(Proto.ReadAuditRequest request, ServerCallContext context)
    {
        if (request.Count > MaxPageSize)
            throw GrpcErrors.InvalidField("count", $"is {request.Count} (limit {MaxPageSize})").ToException();
        if (request.First is 0 or > long.MaxValue)
            throw GrpcErrors.InvalidField("first", "is no record's number: the first record is 1").ToException();
        return Task.FromResult(Run(() =>
        {
            // What the auditor asks is about now, not about a second ago.
            audit.Flush();
            return new Proto.ReadAuditResponse { Records = { AuditLog.Read(book.Use(), request.First, request.Count == 0 ? DefaultPageSize : (int)request.Count) } };
        }));
    }

    private Caller CallerOf(ServerCallContext context)
    {
        var caller = gate.CallerOf(context.GetHttpContext());
        // A ledger without accounts has none to show or change; the first is made by whoever has its folder.
        return caller.Credential is not null ? caller : throw AccessErrors.NoAccounts().ToException();
    }

    private T Change<T>(Func<AccountRegister, T> change) => Run(() =>
    {
        var result = change(book.Register);
        book.Renew();
        return result;
    });

    private void Change(Action<AccountRegister> change) => Change(register =>
    {
        change(register);
        return true;
    });

    private static T Run<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (AccountRefusedException e)
        {
            throw AccessErrors.Refused(e).ToException();
        }
        catch (MalformedException e)
        {
            throw GrpcErrors.InvalidField("registration", e.Message).ToException();
        }
        catch (StoreException)
        {
            throw AccessErrors.AccountsUnreadable().ToException();
        }
    }

    private static DateTimeOffset? ParseTime(string text)
    {
        if (text.Length == 0)
            return null;
        return Timestamp.TryParse(text, out var time)
            ? time
            : throw GrpcErrors.InvalidField("from", "is not a time yyyy-MM-ddTHH:mm:ss.fffZ in UTC").ToException();
    }

    private static Proto.SigningKey ToProto(DepositorKey key) => new()
    {
        Vkey = key.Key.ToString(),
        Registered = Timestamp.Format(key.Registered),
        RevokedFrom = key.RevokedFrom is { } from ? Timestamp.Format(from) : "",
    };
}
