using System.Net;
using System.Net.Http.Headers;
using Notary.Core;

namespace Notary.Server;

/// <summary>A calendar gave nothing that can be used: it cannot be reached, refused, or answered nonsense.</summary>
/// <param name="problem">What went wrong, one clause without a full stop.</param>
internal sealed class CalendarException(string problem) : Exception(problem);

/// <summary>
/// The HTTP interface of OpenTimestamps calendars: <c>POST digest</c> takes a root, <c>GET timestamp/&lt;hex&gt;</c> gives
/// what has become of it. Every answer is bounded in size and time and read as a timestamp over what was sent. Safe for
/// concurrent use.
/// </summary>
internal sealed class CalendarClient : IDisposable
{
    private const string MediaType = "application/vnd.opentimestamps.v1";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);

    // Where the public pools send whoever stamped through them (the reference client's own list).
    private static readonly string[] PublicCalendars = [".calendar.opentimestamps.org", ".calendar.eternitywall.com", ".calendar.catallaxy.com"];

    private readonly HttpClient http;
    private readonly HashSet<string> ownAuthorities;

    /// <param name="calendars">Those of the configuration.</param>
    public CalendarClient(IEnumerable<Uri> calendars)
    {
        ownAuthorities = [.. calendars.Select(calendar => calendar.GetLeftPart(UriPartial.Authority))];
        // Following an answer elsewhere would let a calendar choose where this server calls.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = AnswerWithin };
        http = new HttpClient(handler) { Timeout = AnswerWithin, MaxResponseContentBufferSize = OtsLimits.AnswerBytes };
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaType));
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("notary", null));
    }

    /// <summary>Hands a root to a calendar.</summary>
    /// <exception cref="CalendarException">It did not take it.</exception>
    public async Task<OtsTimestamp> SubmitAsync(Uri calendar, Hash root, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(root.ToArray());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(calendar, "digest")) { Content = content };
        return await AskAsync(request, Hash.Size, cancellation).ConfigureAwait(false) ?? throw new CalendarException("it answers 404 to a root");
    }

    /// <summary>What has become of a message that a calendar took, or null: not yet.</summary>
    /// <param name="calendar">The calendar that is asked where the pending attestation names a stranger.</param>
    /// <param name="pending">What it promised.</param>
    /// <param name="message">1 to 64 bytes.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="CalendarException">It cannot be asked, or answers nonsense.</exception>
    public async Task<OtsTimestamp?> UpgradeAsync(Uri calendar, PendingAttestation pending, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var address = CalendarAddress.TryParse(pending.Address, out var named) && MayBeAsked(named) ? named : calendar;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, $"timestamp/{CalendarStamp.Key(message)}"));
        return await AskAsync(request, message.Length, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => http.Dispose();

    // A calendar that names an address inside the operator's own network would have this server call there.
    private bool MayBeAsked(Uri address) =>
        ownAuthorities.Contains(address.GetLeftPart(UriPartial.Authority))
        || (address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort && PublicCalendars.Any(ending => address.Host.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));

    private async Task<OtsTimestamp?> AskAsync(HttpRequestMessage request, int messageBytes, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            if (response.StatusCode != HttpStatusCode.OK)
                throw new CalendarException($"it answers {(int)response.StatusCode}");
            return OtsTimestamp.Parse(await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false), messageBytes);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CalendarException($"no answer in {AnswerWithin.TotalSeconds} seconds");
        }
        catch (HttpRequestException e)
        {
            throw new CalendarException(TextRules.Escape(e.GetBaseException().Message.TrimEnd('.')));
        }
        catch (MalformedException e)
        {
            throw new CalendarException($"its answer is no timestamp: {TextRules.Escape(e.Message)}");
        }
    }
}
