using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>
/// The interface for those without gRPC: JSON under <c>/v1</c>, described by <c>/v1/openapi.json</c>. The same desk answers, so
/// rules, limits and reasons are those of gRPC; a refusal is problem details (RFC 9457). What is hashed or signed is a text
/// here too, a JSON string; JSON only carries it.
/// </summary>
internal sealed class RestEndpoints(DepositDesk desk, CertificateDesk pages, AccessGate gate, AccountBook book)
{
    /// <summary>Bytes of a body: a request of 8,192 bytes, its characters escaped.</summary>
    private const int BodyBytes = 64 * 1_024;

    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1_000;

    private static readonly byte[] Description = ReadDescription();

    public void Map(WebApplication host)
    {
        host.MapMethods("/v1/deposits", [HttpMethods.Post], context => AnswerAsync(context, DepositAsync));
        host.MapMethods("/v1/deposits", WebAnswer.Reading, context => AnswerAsync(context, ListAsync));
        host.MapMethods("/v1/deposits/{deposit}", WebAnswer.Reading, context => AnswerAsync(context, GetAsync));
        host.MapMethods("/v1/deposits/{deposit}/certificate.pdf", WebAnswer.Reading, context => AnswerAsync(context, GetPdfAsync));
        host.MapMethods("/v1/account", WebAnswer.Reading, context => AnswerAsync(context, GetAccountAsync));
        host.MapMethods("/v1/ledger", WebAnswer.Reading, context => AnswerAsync(context, GetLedgerAsync));
        host.MapMethods("/v1/openapi.json", WebAnswer.Reading, (HttpContext context) => WebAnswer.WriteAsync(context, "application/json", Description));
    }

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, Task> answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Link = "</v1/openapi.json>; rel=\"service-desc\"; type=\"application/json\"";
        try
        {
            if (ComesFromAPage(context))
                await ProblemDetails.WriteAsync(context, AccessErrors.FromAPage());
            else
                await answer(context);
        }
        catch (RpcException e)
        {
            await ProblemDetails.WriteAsync(context, GrpcErrors.StatusOf(e));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await ProblemDetails.WriteAsync(context, GrpcErrors.InvalidField("body", $"is larger than {BodyBytes} bytes"), e.StatusCode);
        }
    }

    /// <summary>
    /// A page in a browser must not deposit or read for whoever sits there. With a key it has none to send. What a browser sends
    /// of its own accord is a client certificate, and without accounts, whoever is on loopback is the one account: then a page
    /// is known by where it says it comes from, and one that has its own name lead to this machine (DNS rebinding) by the name
    /// that it asks for.
    /// </summary>
    private bool ComesFromAPage(HttpContext context) =>
        (!book.Rules || context.Features.Get<Caller>()?.Credential?.Kind == CredentialKind.Certificate)
        && ((context.Request.Headers.Origin.Count > 0 && context.Request.Headers.Origin != $"{context.Request.Scheme}://{context.Request.Host}")
            || context.Request.Headers["Sec-Fetch-Site"] is [not ("none" or "same-origin")]
            || (!book.Rules && !IsOfThisMachine(context.Request.Host)));

    private static bool IsOfThisMachine(HostString host) =>
        host.Host is "localhost" || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private async Task DepositAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            await ProblemDetails.WriteAsync(context, GrpcErrors.InvalidField("content-type", "is not application/json"), StatusCodes.Status415UnsupportedMediaType);
            return;
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = BodyBytes;
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var answer = await desk.DepositAsync(gate.CallerOf(context), ReadRequest(body.ToArray()));
        if (answer.Certificate is not { } certificate)
        {
            await ProblemDetails.WriteAsync(context, answer.Error!);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"/v1/deposits/{Statement.Parse(certificate.Statement.ToStringUtf8()).Deposit}";
        await WriteAsync(context, certificate);
    }

    private Task GetAsync(HttpContext context) => WriteAsync(context, desk.GetCertificate(gate.CallerOf(context), DepositOf(context)));

    private async Task GetPdfAsync(HttpContext context)
    {
        var (pdf, _) = await pages.RenderAsync(gate.CallerOf(context), DepositOf(context), context.RequestAborted);
        // To be kept and filed, not shown inside another page.
        context.Response.Headers.ContentDisposition = "attachment; filename=\"certificate.pdf\"";
        await WebAnswer.WriteAsync(context, "application/pdf", pdf);
    }

    private static DepositId DepositOf(HttpContext context) =>
        DepositId.TryParse(((string)context.Request.RouteValues["deposit"]!).ToLowerInvariant(), out var deposit)
            ? deposit
            : throw GrpcErrors.NoDepositId().ToException();

    private Task ListAsync(HttpContext context)
    {
        var size = Number(context, "page_size") ?? DefaultPageSize;
        if (size is 0 or > MaxPageSize)
            throw GrpcErrors.InvalidField("page_size", $"is {size} (1 to {MaxPageSize})").ToException();
        var page = desk.ListDeposits(gate.CallerOf(context), (int)size, Number(context, "page_token"));
        return WriteAsync(context, json =>
        {
            json.WriteStartArray("deposits");
            foreach (var deposit in page.Deposits)
                Write(json, deposit);

            json.WriteEndArray();
            if (page.Next is { } next)
                json.WriteString("next_page_token", next.ToString(CultureInfo.InvariantCulture));
        });
    }

    private static void Write(Utf8JsonWriter json, DepositSummary deposit)
    {
        json.WriteStartObject();
        json.WriteString("deposit", deposit.Deposit.ToString());
        json.WriteNumber("index", deposit.Index);
        json.WriteString("received", Timestamp.Format(deposit.Received));
        json.WriteString("commitment", deposit.Commitment.ToString());
        if (deposit.Request is { } request)
        {
            json.WriteString("title", request.Title);
            json.WriteString("kind", request.Kind);
            json.WriteNumber("items", request.Items);
            json.WriteString("requested", Timestamp.Format(request.Requested));
            json.WriteString("previous", request.Previous?.ToString());
        }

        json.WriteEndObject();
    }

    private Task GetAccountAsync(HttpContext context)
    {
        var caller = gate.CallerOf(context);
        return WriteAsync(context, json =>
        {
            json.WriteString("account", caller.Account);
            json.WriteString("name", caller.Depositor.Name);
            json.WriteString("identity", caller.Depositor.Identity);
            json.WriteString("verified", caller.Depositor.Verified is { } verified ? $"{verified.Method} {Timestamp.Format(verified.Time)}" : null);
            json.WriteString("member", caller.Member);
            json.WriteString("role", AccessWords.Of(caller.Role));
            json.WriteString("scopes", AccessWords.Of(caller.Credential?.Scopes ?? Scopes.All));
            json.WriteBoolean("requires_signature", caller.Depositor.RequiresSignature);
        });
    }

    private Task GetLedgerAsync(HttpContext context)
    {
        var (origin, vkey, note) = desk.Describe();
        return WriteAsync(context, json =>
        {
            json.WriteString("origin", origin);
            json.WriteString("vkey", vkey);
            json.WriteString("checkpoint", note.Span);
        });
    }

    private static ByteString ReadRequest(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("request", out var request) && request.ValueKind == JsonValueKind.String)
                return ByteString.CopyFromUtf8(request.GetString()!);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, one member twice, or a string that is no text: said in one way.
        }

        throw GrpcErrors.InvalidField("body", "is not a JSON object with one member 'request', a string").ToException();
    }

    private static ulong? Number(HttpContext context, string name)
    {
        var values = context.Request.Query[name];
        if (values.Count == 0)
            return null;
        return values is [{ } text] && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw GrpcErrors.InvalidField(name, "is not one decimal number").ToException();
    }

    private static Task WriteAsync(HttpContext context, Proto.Certificate certificate) =>
        WebAnswer.WriteAsync(context, "application/json", DepositDesk.ToCertificate(certificate).ToJson());

    private static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return WebAnswer.WriteAsync(context, "application/json", buffer.ToArray());
    }

    private static byte[] ReadDescription()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("openapi.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
