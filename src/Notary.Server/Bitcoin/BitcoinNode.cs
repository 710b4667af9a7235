using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Notary.Core;

namespace Notary.Server;

/// <summary>A Bitcoin node cannot be asked, or what it answers contradicts itself.</summary>
/// <param name="problem">What is wrong, without a full stop; holds no credentials.</param>
/// <param name="cause">What it comes from.</param>
public sealed class BitcoinNodeException(string problem, Exception? cause = null) : Exception(problem, cause);

/// <summary>
/// The JSON-RPC interface of a Bitcoin node, as Bitcoin Core speaks it. Each header that it hands out is checked against
/// its own proof of work and the hash it was asked for by; that the block is in the chain is the node's word. Safe for
/// concurrent use.
/// </summary>
public sealed class BitcoinNode : IDisposable
{
    /// <summary>Bytes of an answer: what is asked for here has a few hundred.</summary>
    private const int AnswerBytes = 64 << 10;

    /// <summary>Bitcoin Core's code for a height that the chain has not reached.</summary>
    private const int OutOfRange = -8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient http;
    private readonly Uri address;
    private readonly string? cookie;
    private readonly string credentials;

    /// <param name="address"><c>http://[user:password@]host:port/</c>.</param>
    /// <param name="cookie">
    /// A file with <c>user:password</c>, such as the cookie that a node writes anew at each start, and so read for each call;
    /// null takes the credentials of the address, if any.
    /// </param>
    public BitcoinNode(Uri address, string? cookie = null)
    {
        this.cookie = cookie;
        credentials = Uri.UnescapeDataString(address.UserInfo);
        this.address = new UriBuilder(address) { UserName = "", Password = "" }.Uri;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = !address.IsLoopback, ConnectTimeout = Patience };
        http = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = AnswerBytes };
    }

    /// <summary>Whether this can be the address of a node.</summary>
    public static bool IsAddress(string text, out Uri address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address!)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address is { Host.Length: > 0, Query: "", Fragment: "" };

    /// <summary>The network's name: <c>main</c> for the one that dates anything.</summary>
    /// <exception cref="BitcoinNodeException">It cannot be asked.</exception>
    public async Task<string> ChainAsync(CancellationToken cancellation)
    {
        var info = await CallAsync("getblockchaininfo", [], cancellation);
        return info.ValueKind == JsonValueKind.Object && info.TryGetProperty("chain", out var chain)
            ? Text(chain, "getblockchaininfo")
            : throw Nonsense("getblockchaininfo");
    }

    /// <summary>The height of the chain's last block.</summary>
    /// <exception cref="BitcoinNodeException">It cannot be asked.</exception>
    public async Task<ulong> HeightAsync(CancellationToken cancellation) =>
        await CallAsync("getblockcount", [], cancellation) is { ValueKind: JsonValueKind.Number } count && count.TryGetUInt64(out var height)
            ? height
            : throw Nonsense("getblockcount");

    /// <summary>The header of the block at a height, or null when the chain is not so high.</summary>
    /// <exception cref="BitcoinNodeException">It cannot be asked, or answers with another header.</exception>
    public async Task<BlockHeader?> FindHeaderAsync(ulong height, CancellationToken cancellation)
    {
        // Heights are 31-bit numbers there, and a stranger's file may name any.
        if (height > int.MaxValue)
            return null;
        var hash = await CallAsync("getblockhash", [height], cancellation, absent: OutOfRange);
        if (hash.ValueKind == JsonValueKind.Null)
            return null;
        var header = await CallAsync("getblockheader", [Text(hash, "getblockhash"), false], cancellation);
        try
        {
            var parsed = BlockHeader.ParseHex(Text(header, "getblockheader"));
            return BlockHeader.Display(parsed.Hash) == hash.GetString() ? parsed : throw Nonsense("getblockheader");
        }
        catch (MalformedException e)
        {
            throw new BitcoinNodeException($"the node at {address} answers a header that {e.Problem}", e);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonElement> CallAsync(string method, object[] parameters, CancellationToken cancellation, int? absent = null)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(new { jsonrpc = "1.0", id = 1, method, @params = parameters });
        using var content = new ByteArrayContent(request) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        try
        {
            using var call = new HttpRequestMessage(HttpMethod.Post, address) { Content = content, Headers = { Authorization = Authorize() } };
            using var response = await http.SendAsync(call, cancellation);
            if (response.StatusCode is System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden)
                throw new BitcoinNodeException($"the node at {address} refuses these credentials");
            // An error of the call itself comes as JSON too, under status 500 or 404.
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return Result(answer.RootElement, method, absent);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BitcoinNodeException($"the node at {address} does not answer in {Patience.TotalSeconds} seconds");
        }
        catch (HttpRequestException e)
        {
            throw new BitcoinNodeException($"the node at {address} cannot be asked: {e.GetBaseException().Message}", e);
        }
        catch (JsonException e)
        {
            throw new BitcoinNodeException($"what answers at {address} is no Bitcoin node", e);
        }
    }

    private AuthenticationHeaderValue? Authorize()
    {
        try
        {
            var secret = cookie is null ? credentials : File.ReadAllText(cookie).Trim();
            return secret.Length == 0 ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BitcoinNodeException($"the node's cookie cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    private JsonElement Result(JsonElement answer, string method, int? absent)
    {
        if (answer.ValueKind != JsonValueKind.Object)
            throw Nonsense(method);
        if (answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            if (absent is not null && error.TryGetProperty("code", out var code) && code.TryGetInt32(out var number) && number == absent)
                return JsonDocument.Parse("null").RootElement;
            var message = error.TryGetProperty("message", out var words) ? Text(words, method) : "";
            throw new BitcoinNodeException($"the node at {address} refuses {method}: {TextRules.Escape(message)}");
        }

        return answer.TryGetProperty("result", out var result) ? result.Clone() : throw Nonsense(method);
    }

    private string Text(JsonElement element, string method)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Nonsense(method);
        }
        catch (InvalidOperationException)
        {
            // A JSON string that is no text: half a surrogate pair, or bytes that are not UTF-8.
            throw Nonsense(method);
        }
    }

    private BitcoinNodeException Nonsense(string method) => new($"what the node at {address} answers to {method} makes no sense");
}
