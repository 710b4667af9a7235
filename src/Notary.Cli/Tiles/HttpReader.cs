using System.IO.Compression;
using System.Net;
using System.Net.Sockets;

namespace Notary.Cli;

/// <summary>
/// GETs from a server that may mean harm: every answer has a limit in bytes, before and after decompression, and in time;
/// redirects are not followed, cookies not kept. What fails for a reason that may pass is asked for again a few times.
/// </summary>
internal sealed class HttpReader : IDisposable
{
    /// <summary>What gzip may add to bytes that do not shrink.</summary>
    private const int GzipOverhead = 1_024;

    private const int BufferSize = 65_536;

    private readonly HttpClient http;
    private readonly HttpPatience patience;
    private readonly TimeProvider time;

    public HttpReader(Uri address, HttpPatience patience, TimeProvider time)
    {
        (this.patience, this.time) = (patience, time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = patience.Silence,
            MaxConnectionsPerServer = 16,
            MaxResponseDrainSize = 0,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = !address.IsLoopback,
        };
        http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.ParseAdd($"notary/{ThisProgram.Version}");
    }

    public string Place(string path) => new Uri(http.BaseAddress!, path).ToString();

    /// <summary>The body, or null when the server says that there is none (404, 410).</summary>
    /// <param name="path">Relative to the address.</param>
    /// <param name="limit">Bytes of the body at most.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="CliException">Exit code 4: not reached, too slow, too long, or refused.</exception>
    public async Task<ArraySegment<byte>?> GetAsync(string path, int limit, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await TryGetAsync(path, limit, cancellation);
            }
            catch (Exception exception) when (exception is PassingException or HttpRequestException or IOException)
            {
                if (attempt == patience.RetryDelays.Count)
                    throw Failed(path, Reason(exception));
            }

            await Task.Delay(patience.RetryDelays[attempt], time, cancellation);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<ArraySegment<byte>?> TryGetAsync(string path, int limit, CancellationToken cancellation)
    {
        using var whole = new CancellationTokenSource(patience.Whole, time);
        using var silence = new CancellationTokenSource(patience.Silence, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(whole.Token, silence.Token, cancellation);
        try
        {
            using var response = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, any.Token);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                return null;
            CheckStatus(path, response.StatusCode);
            var encoding = Encoding(path, response);
            var allowed = encoding is null ? limit : limit + GzipOverhead;
            if (response.Content.Headers.ContentLength > allowed)
                throw TooLong(path, limit);
            var body = await response.Content.ReadAsStreamAsync(any.Token);
            // Silence is counted anew from each piece that comes.
            var raw = await ReadAsync(path, body, allowed, () => silence.CancelAfter(patience.Silence), any.Token);
            return encoding is null ? raw : await DecompressAsync(path, raw, limit, any.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failed(path, whole.IsCancellationRequested ? $"no whole answer in {patience.Whole.TotalSeconds} s" : "no answer in time");
        }
    }

    private void CheckStatus(string path, HttpStatusCode status)
    {
        if (status == HttpStatusCode.OK)
            return;
        if ((int)status is >= 300 and < 400)
            throw new CliException(ExitCode.Server, $"{Place(path)} redirects ({(int)status}), and redirects are not followed", "give the address that it leads to");
        throw (int)status is >= 500 or 429 ? new PassingException($"answered {(int)status}") : Failed(path, $"answered {(int)status}");
    }

    private string? Encoding(string path, HttpResponseMessage response)
    {
        var encodings = response.Content.Headers.ContentEncoding;
        return encodings.Count == 0
            ? null
            // tlog-tiles lets a server compress without being asked to, with gzip alone.
            : encodings is { Count: 1 } && encodings.Single() == "gzip" ? "gzip" : throw Failed(path, "is in a content encoding other than gzip");
    }

    private async Task<ArraySegment<byte>> DecompressAsync(string path, ArraySegment<byte> compressed, int limit, CancellationToken cancellation)
    {
        try
        {
            await using var gzip = new GZipStream(new MemoryStream(compressed.Array!, compressed.Offset, compressed.Count), CompressionMode.Decompress);
            return await ReadAsync(path, gzip, limit, () => { }, cancellation);
        }
        catch (InvalidDataException)
        {
            throw Failed(path, "is not what its content encoding says");
        }
    }

    /// <summary>Memory grows with what has come, never with what was announced.</summary>
    private async Task<ArraySegment<byte>> ReadAsync(string path, Stream body, int limit, Action onPiece, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        var buffer = new byte[Math.Min(BufferSize, limit + 1)];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (all.Length + read > limit)
                throw TooLong(path, limit);
            all.Write(buffer, 0, read);
            onPiece();
        }

        // Not a copy: eight bundles of the largest kind are at hand at a time.
        return new ArraySegment<byte>(all.GetBuffer(), 0, (int)all.Length);
    }

    private CliException TooLong(string path, int limit) => Failed(path, $"is longer than the {limit} bytes that it can have");

    private CliException Failed(string path, string problem) => new(ExitCode.Server, $"{Place(path)}: {problem}");

    private static string Reason(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException)
                return $"cannot be reached: {cause.Message.ToLowerInvariant()}";
        }

        return exception switch
        {
            PassingException => exception.Message,
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "its TLS certificate is not accepted",
            _ => "the connection broke before the answer was whole",
        };
    }

    /// <summary>An answer that another attempt may not get.</summary>
    private sealed class PassingException(string message) : Exception(message);
}
