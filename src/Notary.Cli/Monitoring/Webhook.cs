using System.Net.Http.Headers;
using System.Text.Json;

namespace Notary.Cli;

/// <summary>What is posted. Nothing in it is private: no path of this machine, no document's name.</summary>
internal sealed record Alarm(
    string Program, string Address, string? Ledger, ulong? Size, DateTimeOffset Time, int ExitCode, IReadOnlyList<AlarmFinding> Findings);

/// <summary>One finding of an alarm.</summary>
internal sealed record AlarmFinding(string Kind, string Text);

/// <summary>
/// Posts alarms as JSON to an https address, or to this machine. The address may hold a secret of its receiver's, so it is
/// never printed.
/// </summary>
internal sealed class Webhook : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan[] Delays = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)];

    private readonly Uri address;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    private Webhook(Uri address, TimeProvider time)
    {
        (this.address, this.time) = (address, time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            MaxResponseDrainSize = 0,
            MaxResponseHeadersLength = 16,
            UseCookies = false,
            UseProxy = !address.IsLoopback,
        };
        http = new HttpClient(handler) { Timeout = Timeout };
    }

    /// <exception cref="CliException">Neither https nor a loopback address.</exception>
    public static Webhook Create(string address, TimeProvider time) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri is { Host.Length: > 0, UserInfo: "" }
            ? new Webhook(uri, time)
            : throw CliException.Input("--webhook: is not an https address, nor an http address of this machine", "for example --webhook https://alarms.example.org/hook");

    /// <returns>Null, or why nobody took it.</returns>
    public async Task<string?> PostAsync(Alarm alarm, CancellationToken cancellation)
    {
        var (problem, json) = ("", JsonSerializer.SerializeToUtf8Bytes(alarm, JsonSerializerOptions.Web));
        for (var attempt = 0; attempt <= Delays.Length; attempt++)
        {
            if (attempt > 0)
                await Task.Delay(Delays[attempt - 1], time, cancellation);
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(json) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (response.IsSuccessStatusCode)
                    return null;
                problem = $"it answered {(int)response.StatusCode}";
                if ((int)response.StatusCode is < 500 and not 429)
                    break;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                problem = "it cannot be reached";
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                problem = "it does not answer in time";
            }
        }

        return $"the webhook at {address.Host} did not take the alarm: {problem}";
    }

    public void Dispose() => http.Dispose();
}
