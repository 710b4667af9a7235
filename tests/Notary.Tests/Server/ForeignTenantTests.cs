using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>
/// Another tenant with every name and number of alpha's, on every method of every service and every route, as each role: no
/// answer has anything of alpha's that is private, and nothing of alpha's is changed. The requests are made from the
/// descriptors: a method that is new is called as well, and a field that nobody has thought of fails here.
/// </summary>
public sealed class ForeignTenantTests(AccountsServer server) : IClassFixture<AccountsServer>
{
    private const string Title = "Rotor of alpha alone";

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_knows_everything_of_another_account_but_its_key_gets_nothing_of_it()
    {
        var victim = await VictimAsync();
        var before = Known();
        foreach (var service in AccessTableTests.Services)
        {
            foreach (var method in service.Methods)
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    // What these two may do to other accounts is what they are there for.
                    if ((role == Role.Registrar && method.Name == "VerifyIdentity") || (role == Role.Operator && method.Name == "ChangeSettings"))
                        continue;
                    AssertNothing(victim, await CallAsync(method, victim.Fill(method), role), $"{method.FullName} as {role}");
                }
            }
        }

        foreach (var route in server.Server.WebEndpoints.OfType<RouteEndpoint>())
        {
            foreach (var role in Enum.GetValues<Role>())
                AssertNothing(victim, await SendAsync(route, victim, role), $"{route.RoutePattern.RawText} as {role}");
        }

        Assert.Equal(before, Known());
        // The same walk as alpha itself does find it: the test can see what it looks for.
        var own = await server.Notary.GetCertificateAsync(new() { Deposit = victim.Deposit }, server.As("alpha", Role.Reader), cancellationToken: Cancellation);
        Assert.Contains(victim.Secrets, secret => own.Certificate.Request.ToStringUtf8().Contains(secret, StringComparison.Ordinal));
    }

    private async Task<Victim> VictimAsync()
    {
        var key = SigningKey.Create("alpha", TestLedger.Seed(66));
        var registration = KeyRegistration.Create(server.Server.Origin, key, TimeProvider.System.GetUtcNow());
        await server.Accounts.RegisterKeyAsync(new() { Registration = ByteString.CopyFromUtf8(registration) }, server.As("alpha", Role.Depositor), cancellationToken: Cancellation);
        var request = RequestBytes.Create(server.NewRequest("alpha") with { Title = Title }, key);
        var certificate = await server.DepositAsync(request, server.As("alpha", Role.Depositor));
        var claims = Claims.Parse(certificate.Claims.ToStringUtf8());
        return new Victim(
            request.Request.Deposit.ToString(), key.Verifier.ToString(), Encoding.UTF8.GetString(request.Bytes.Span), registration,
            [Title, "alpha Ltd", claims.Salt.ToString(), claims.Request.ToString(), request.Request.Nonce.ToString(), .. server.Register.Credentials().Select(credential => credential.Lookup.ToString())]);
    }

    /// <summary>Everything that is kept of alpha, but when it was used.</summary>
    private string Known() => string.Join('\n', [
        .. server.Register.Accounts().Where(account => account.Id == "alpha").Select(account => account.ToString()),
        .. server.Register.Members().Where(member => member.Account == "alpha").Select(member => member.ToString()),
        .. server.Register.Credentials().Where(credential => credential.Account == "alpha").Select(credential => (credential with { LastUsed = null }).ToString()),
        .. server.Register.SigningKeys().Where(key => key.Account == "alpha").Select(key => key.ToString()),
    ]);

    private async Task<string> CallAsync(MethodDescriptor descriptor, byte[] message, Role role)
    {
        var type = descriptor.IsServerStreaming ? MethodType.DuplexStreaming : MethodType.Unary;
        var method = new Method<byte[], byte[]>(type, descriptor.Service.FullName, descriptor.Name, Bytes, Bytes);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (invoker, options) = (server.Channel.CreateCallInvoker(), new CallOptions(server.As("beta", role), cancellationToken: ended.Token));
        try
        {
            if (type == MethodType.Unary)
                return Encoding.Latin1.GetString(await invoker.AsyncUnaryCall(method, null, options, message));
            using var call = invoker.AsyncDuplexStreamingCall(method, null, options);
            await call.RequestStream.WriteAsync(message, Cancellation);
            await call.RequestStream.CompleteAsync();
            var answer = await call.ResponseStream.MoveNext(Cancellation) ? Encoding.Latin1.GetString(call.ResponseStream.Current) : "";
            await ended.CancelAsync();
            return answer;
        }
        catch (RpcException e)
        {
            return e.Status.Detail + string.Concat(e.Trailers.Select(entry => entry.IsBinary ? Encoding.Latin1.GetString(entry.ValueBytes) : entry.Value));
        }
        catch (InvalidOperationException)
        {
            // Refused before the message was written.
            return "";
        }
    }

    private async Task<string> SendAsync(RouteEndpoint route, Victim victim, Role role)
    {
        var (verb, path) = (route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0], "/" + route.RoutePattern.RawText!.TrimStart('/'));
        path = path.Replace("{deposit}", victim.Deposit, StringComparison.Ordinal).Replace("{**path}", "entries/000.p/1", StringComparison.Ordinal).Replace("{id}", victim.Vkey.Split('+')[1], StringComparison.Ordinal);
        Assert.DoesNotContain("{", path, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(verb), $"{path}?account=alpha&page_size=1000");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {server.KeyOf("beta", role)}");
        foreach (var header in (string[])["X-Account", "X-Forwarded-User", "X-Original-User"])
            request.Headers.TryAddWithoutValidation(header, "alpha");
        if (verb == "POST")
            request.Content = new StringContent(System.Text.Json.JsonSerializer.Serialize(new { request = victim.Request, account = "alpha" }), Encoding.UTF8, "application/json");
        using var answer = await server.Web.SendAsync(request, Cancellation);
        return Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync(Cancellation)) + answer.Headers;
    }

    private static void AssertNothing(Victim victim, string answer, string where)
    {
        foreach (var secret in victim.Secrets)
            Assert.False(answer.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{where} shows {secret}");
    }

    /// <summary>What somebody may have learnt of an account, its keys aside, and what must not come back.</summary>
    private sealed record Victim(string Deposit, string Vkey, string Request, string Registration, IReadOnlyList<string> Secrets)
    {
        /// <summary>A message of the method's with alpha's in every field.</summary>
        public byte[] Fill(MethodDescriptor method)
        {
            var message = method.InputType.Parser.ParseFrom([]);
            foreach (var field in method.InputType.Fields.InDeclarationOrder())
            {
                if (field.RealContainingOneof is null || field.FieldType == FieldType.String)
                    field.Accessor.SetValue(message, ValueOf(field));
            }

            return message.ToByteArray();
        }

        private object ValueOf(FieldDescriptor field) => (field.FieldType, field.Name) switch
        {
            (FieldType.String, "deposit") => Deposit,
            (FieldType.String, "vkey") => Vkey,
            (FieldType.String, "account") => "alpha",
            (FieldType.String, "page_token") => "1000000",
            (FieldType.String, "from") => "",
            (FieldType.String, "method") => "seen",
            (FieldType.String, "service" or "host" or "list_services" or "file_by_filename" or "file_containing_symbol" or "all_extension_numbers_of_type") => "notary.v1.Notary",
            (FieldType.Bytes, "request") => ByteString.CopyFromUtf8(Request),
            (FieldType.Bytes, "registration") => ByteString.CopyFromUtf8(Registration),
            (FieldType.UInt64, "first" or "second") => 1UL,
            (FieldType.UInt32, "count" or "page_size") => 1_000U,
            (FieldType.Int64, "rate" or "quota") => 1L,
            (FieldType.Bool, "replace" or "requires_signature") => true,
            _ => throw new InvalidOperationException($"{field.FullName} is new: say here what a thief would put into it."),
        };
    }
}
