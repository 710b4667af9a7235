namespace Notary.Server;

/// <summary>One row of the table: a call, and who may make it.</summary>
/// <param name="Call">A gRPC method as <c>/package.Service/Method</c>, or a route as <c>GET /path</c>.</param>
/// <param name="Scope">What a credential's scopes must include; none where any will do.</param>
/// <param name="Roles">Who; empty for everybody, whoever they are.</param>
public sealed record AccessRow(string Call, Scopes Scope, IReadOnlyList<Role> Roles)
{
    public bool IsPublic => Roles.Count == 0;

    public bool Allows(Role role, Scopes scopes) => IsPublic || (Roles.Contains(role) && (scopes & Scope) == Scope);
}

/// <summary>
/// The one table of who may call what. A call that has no row is refused, so that a new method is closed until somebody has
/// thought of it; a test compares the rows with the services and routes that there are, and with docs/accounts.md.
/// </summary>
public static class AccessTable
{
    private const string Notary = "/notary.v1.Notary/";
    private const string AccountService = "/notary.v1.Accounts/";

    private static readonly Role[] Anyone = Enum.GetValues<Role>();

    public static IReadOnlyList<AccessRow> Rows { get; } =
    [
        new(Notary + "Deposit", Scopes.Deposit, [Role.Depositor, Role.Batch]),
        new(Notary + "DepositBatch", Scopes.Deposit, [Role.Depositor, Role.Batch]),
        new(Notary + "GetCertificate", Scopes.Read, [Role.Depositor, Role.Reader]),
        new(Notary + "GetCertificatePdf", Scopes.Read, [Role.Depositor, Role.Reader]),
        new(Notary + "ListDeposits", Scopes.Read, [Role.Depositor, Role.Reader]),

        // The ledger is public: it can be checked by whoever has no account.
        new(Notary + "GetLedgerInfo", Scopes.None, []),
        new(Notary + "GetKeyChange", Scopes.None, []),
        new(Notary + "GetOpenTimestamp", Scopes.None, []),
        new(Notary + "GetConsistencyProof", Scopes.None, []),

        new(AccountService + "GetAccount", Scopes.None, Anyone),
        new(AccountService + "RegisterKey", Scopes.Keys, [Role.Depositor]),
        new(AccountService + "RevokeKey", Scopes.Keys, [Role.Depositor]),
        new(AccountService + "VerifyIdentity", Scopes.Identity, [Role.Registrar]),
        new(AccountService + "ChangeSettings", Scopes.Settings, [Role.Operator]),
        new(AccountService + "ReadAudit", Scopes.Audit, [Role.Auditor]),

        new("/grpc.health.v1.Health/Check", Scopes.None, []),
        new("/grpc.health.v1.Health/Watch", Scopes.None, []),
        new("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Scopes.None, []),

        new("POST /v1/deposits", Scopes.Deposit, [Role.Depositor, Role.Batch]),
        new("GET /v1/deposits", Scopes.Read, [Role.Depositor, Role.Reader]),
        new("GET /v1/deposits/{deposit}", Scopes.Read, [Role.Depositor, Role.Reader]),
        new("GET /v1/deposits/{deposit}/certificate.pdf", Scopes.Read, [Role.Depositor, Role.Reader]),
        new("GET /v1/account", Scopes.None, Anyone),
        new("GET /v1/ledger", Scopes.None, []),
        new("GET /v1/openapi.json", Scopes.None, []),

        new("GET /checkpoint", Scopes.None, []),
        new("GET /deposit/{deposit}", Scopes.None, []),
        new("GET /tile/{**path}", Scopes.None, []),
        new("GET /key-change/{id}", Scopes.None, []),
        new("GET /", Scopes.None, []),
        new("GET /deposits", Scopes.None, []),
        new("GET /verify", Scopes.None, []),
        new("GET /verify-offline", Scopes.None, []),
        new("GET /verify-fonts.js", Scopes.None, []),
        new("GET /ledger", Scopes.None, []),
        new("GET /help", Scopes.None, []),
        new("GET /expert", Scopes.None, []),
        new("GET /healthz", Scopes.None, []),
        new("GET /readyz", Scopes.None, []),
        new("POST /tsa", Scopes.None, []),
        new("GET /tsa/chain.pem", Scopes.None, []),
    ];

    /// <summary>What answers a method that does not exist.</summary>
    internal static AccessRow Unimplemented { get; } = new("", Scopes.None, []);

    /// <summary>What depositing needs, in whichever form.</summary>
    internal static AccessRow Deposit { get; } = Rows[0];

    private static readonly Dictionary<string, AccessRow> ByCall = Rows.ToDictionary(row => row.Call, StringComparer.Ordinal);

    public static AccessRow? Find(string call) => ByCall.GetValueOrDefault(call);
}
