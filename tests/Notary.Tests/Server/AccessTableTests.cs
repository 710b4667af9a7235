using System.Net;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Routing;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>
/// The table of who may call what, against the services and routes that there are: every method of every descriptor and
/// every endpoint of the web host, as every role and as nobody. A new method cannot be forgotten: without a row it fails here.
/// </summary>
public sealed class AccessTableTests(AccountsServer server) : IClassFixture<AccountsServer>
{
    /// <summary>Every service that is served.</summary>
    internal static readonly ServiceDescriptor[] Services =
        [Proto.Notary.Descriptor, Proto.Accounts.Descriptor, Health.Descriptor, ServerReflection.Descriptor];

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<MethodDescriptor> Methods => Services.SelectMany(service => service.Methods);

    private static string CallOf(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";

    private IEnumerable<RouteEndpoint> Routes => server.Server.WebEndpoints.OfType<RouteEndpoint>();

    [Fact]
    public void Every_method_and_every_route_has_one_row_and_no_row_is_of_nothing()
    {
        var calls = Methods.Select(CallOf).Concat(Routes.Select(CallOfRoute)).Order(StringComparer.Ordinal).ToList();
        // Routes that this server was not asked for.
        var others = AccessTable.Rows.Select(row => row.Call).Where(call => call.Contains("/tsa", StringComparison.Ordinal));
        Assert.Equal(calls.Concat(others).Order(StringComparer.Ordinal), AccessTable.Rows.Select(row => row.Call).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_services_that_are_walked_are_those_that_are_mapped()
    {
        var mapped = server.Server.GrpcEndpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!)
            .Where(pattern => !pattern.Contains("{unimplemented", StringComparison.Ordinal));
        Assert.Equal(Methods.Select(CallOf).Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("accounts.md", "yes", "| call | scope | nobody | ")]
    [InlineData("accounts.zh.md", "是", "| 调用 | 权限 | 无身份 | ")]
    public void The_documents_have_the_same_table(string document, string yes, string heading)
    {
        var lines = File.ReadAllLines(Path.Combine(RepositoryFolder.Path, "docs", document));
        var printed = AccessTable.Rows.Select(row => $"| `{row.Call}` | {(row.Scope == Scopes.None ? "" : AccessWords.Of(row.Scope))} | "
            + string.Join(" | ", Enum.GetValues<Role>().Select(role => row.Allows(role, Scopes.All)).Prepend(row.IsPublic).Select(may => may ? yes : "")) + " |");
        Assert.Equal(printed, lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Where(line => line.Contains($" | {yes}", StringComparison.Ordinal)));
        Assert.Contains(heading + string.Join(" | ", AccessWords.Roles) + " |", lines);
    }

    [Fact]
    public async Task Every_method_lets_in_whom_its_row_names_and_nobody_else()
    {
        foreach (var method in Methods)
        {
            var row = AccessTable.Find(CallOf(method))!;
            Assert.Equal(row.IsPublic ? null : StatusCode.Unauthenticated, await RefusalAsync(method, null));
            Assert.Equal(row.IsPublic ? null : StatusCode.Unauthenticated, await RefusalAsync(method, "nk_" + new string('A', 43)));
            foreach (var role in Enum.GetValues<Role>())
            {
                var expected = row.IsPublic || row.Roles.Contains(role) ? (StatusCode?)null : StatusCode.PermissionDenied;
                Assert.True(expected == await RefusalAsync(method, server.KeyOf("alpha", role)), $"{CallOf(method)} as {role}");
            }
        }
    }

    [Fact]
    public async Task Every_route_lets_in_whom_its_row_names_and_nobody_else()
    {
        foreach (var route in Routes)
        {
            var row = AccessTable.Find(CallOfRoute(route))!;
            Assert.Equal(row.IsPublic ? null : HttpStatusCode.Unauthorized, await RefusalAsync(route, null));
            foreach (var role in Enum.GetValues<Role>())
            {
                var expected = row.IsPublic || row.Roles.Contains(role) ? (HttpStatusCode?)null : HttpStatusCode.Forbidden;
                Assert.True(expected == await RefusalAsync(route, server.KeyOf("alpha", role)), $"{CallOfRoute(route)} as {role}");
            }
        }
    }

    [Fact]
    public async Task A_key_that_counts_no_more_is_nobody_on_every_method_and_every_route()
    {
        foreach (var (key, why) in DeadKeys())
        {
            foreach (var method in Methods.Where(method => !AccessTable.Find(CallOf(method))!.IsPublic))
                Assert.True(await RefusalAsync(method, key) == StatusCode.Unauthenticated, $"{CallOf(method)} with {why}");
            foreach (var route in Routes.Where(route => !AccessTable.Find(CallOfRoute(route))!.IsPublic))
                Assert.True(await RefusalAsync(route, key) == HttpStatusCode.Unauthorized, $"{CallOfRoute(route)} with {why}");
        }
    }

    /// <summary>Keys that were good once, and one that is good elsewhere.</summary>
    private List<(string Key, string Why)> DeadKeys()
    {
        var dead = new List<(string, string)>();
        server.Change(register =>
        {
            var (revoked, id) = register.CreateApiKey("test", "alpha", "depositor", Scopes.All, null);
            register.Revoke("test", id);
            dead.Add((revoked, "a revoked key"));
            dead.Add((register.CreateApiKey("test", "alpha", "depositor", Scopes.All, TimeSpan.FromMilliseconds(1)).Key, "an expired key"));
            register.SetMember("test", "alpha", "former", Role.Depositor);
            dead.Add((register.CreateApiKey("test", "alpha", "former", Scopes.All, null).Key, "a removed member's key"));
            register.RemoveMember("test", "alpha", "former");
            register.CreateAccount("test", "closed", "Closed Ltd", null);
            register.SetMember("test", "closed", "m", Role.Depositor);
            dead.Add((register.CreateApiKey("test", "closed", "m", Scopes.All, null).Key, "a closed account's key"));
            register.Close("test", "closed");
        });
        using var random = System.Security.Cryptography.RandomNumberGenerator.Create();
        dead.Add((ApiKey.Create(random), "another ledger's key"));
        return dead;
    }

    [Fact]
    public async Task A_key_of_fewer_scopes_is_let_into_no_more_than_these()
    {
        foreach (var scope in (Scopes[])[Scopes.Deposit, Scopes.Read, Scopes.Keys, Scopes.Audit, Scopes.Identity, Scopes.Settings])
        {
            foreach (var role in Enum.GetValues<Role>())
            {
                var key = "";
                server.Change(register => key = register.CreateApiKey("test", "alpha", AccessWords.Of(role), scope, null).Key);
                foreach (var row in Methods.Select(method => (Method: method, Row: AccessTable.Find(CallOf(method))!)).Where(pair => !pair.Row.IsPublic))
                {
                    var allowed = row.Row.Roles.Contains(role) && (row.Row.Scope == Scopes.None || row.Row.Scope == scope);
                    Assert.True((allowed ? null : StatusCode.PermissionDenied) == await RefusalAsync(row.Method, key), $"{row.Row.Call} as {role} with {scope}");
                }
            }
        }
    }

    [Fact]
    public async Task A_method_that_does_not_exist_is_unimplemented_for_everybody()
    {
        foreach (var (service, method) in new[] { ("notary.v1.Notary", "Erase"), ("notary.v1.Other", "Deposit") })
            Assert.Equal(StatusCode.Unimplemented, await CallAsync(service, method, MethodType.Unary, null));
        // Another spelling of a path is the same door.
        foreach (var (service, method) in new[] { ("notary.v1.notary", "dePosit"), ("notary.v1.Notary", "Deposit/"), ("notary.v1.Notary/x/..", "Deposit"), ("notary.v1.%4Eotary", "Deposit") })
            Assert.Equal(StatusCode.Unauthenticated, await CallAsync(service, method, MethodType.Unary, null));
    }

    /// <summary>The status by which the gate refuses; null when it lets the call through, however that ends.</summary>
    private async Task<StatusCode?> RefusalAsync(MethodDescriptor method, string? key)
    {
        var type = method.IsServerStreaming ? MethodType.DuplexStreaming : MethodType.Unary;
        var status = await CallAsync(method.Service.FullName, method.Name, type, key);
        return status is StatusCode.Unauthenticated or StatusCode.PermissionDenied ? status : null;
    }

    private async Task<StatusCode> CallAsync(string service, string name, MethodType type, string? key)
    {
        var (method, invoker) = (new Method<byte[], byte[]>(type, service, name, Bytes, Bytes), server.Channel.CreateCallInvoker());
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var options = new CallOptions(key is null ? [] : AccountsServer.WithKey(key), cancellationToken: ended.Token);
        try
        {
            if (type == MethodType.Unary)
            {
                await invoker.AsyncUnaryCall(method, null, options, []);
                return StatusCode.OK;
            }

            using var call = invoker.AsyncDuplexStreamingCall(method, null, options);
            try
            {
                await call.RequestStream.WriteAsync([], Cancellation);
                await call.RequestStream.CompleteAsync();
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException)
            {
                // Refused before it was written. By what, the side that reads is told.
            }

            // Health's watch goes on for ever; its first answer shows that it was let in.
            await call.ResponseStream.MoveNext(Cancellation);
            await ended.CancelAsync();
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private async Task<HttpStatusCode?> RefusalAsync(RouteEndpoint route, string? key)
    {
        var (verb, path) = (CallOfRoute(route).Split(' ')[0], CallOfRoute(route).Split(' ')[1].Replace("{**path}", "0/000.p/1", StringComparison.Ordinal));
        while (path.Contains('{', StringComparison.Ordinal))
            path = path[..path.IndexOf('{', StringComparison.Ordinal)] + "x" + path[(path.IndexOf('}', StringComparison.Ordinal) + 1)..];
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        using var response = await server.Web.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? response.StatusCode : null;
    }

    private static string CallOfRoute(RouteEndpoint route) => AccessGate.CallOf(route.RoutePattern.RawText!, route.Metadata.GetMetadata<IHttpMethodMetadata>());
}
