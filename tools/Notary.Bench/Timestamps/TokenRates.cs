using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Notary.Core;
using Notary.Server;

namespace Notary.Bench;

/// <summary>Tokens a second: in the process, over HTTP as clients get them, and from <c>openssl ts -reply</c>, which is a process a token.</summary>
internal static class TokenRates
{
    private const int OpenSslTokens = 50;

    public static async Task RunAsync(StampFiles files, int seconds, int rounds, CancellationToken cancellation)
    {
        var callers = 4 * Environment.ProcessorCount;
        var table = new Table("tokens (ECDSA P-256, SHA-256, with certificate)", "a second", "beside openssl");
        List<double> inside = [], served = [], openssl = [];
        await using var server = await NotaryServer.StartAsync(Options(files["authority"], files.Authority), cancellation);
        for (var round = -1; round < rounds; round++)
        {
            var own = InProcess(files, seconds);
            var http = await OverHttpAsync(server, callers, seconds, cancellation);
            var other = OpenSslTokens / (await Timed.RunAsync(Timed.Shell(files.OpenSslReplies(OpenSslTokens)), cancellation)).Seconds;
            if (round < 0) // The first warms everything up.
                continue;
            inside.Add(own);
            served.Add(http);
            openssl.Add(other);
        }

        table.Add("in the process, one caller", Statistics.Median(inside), Ratio(inside, openssl));
        table.Add($"POST /tsa, {callers} callers on as many connections", Statistics.Median(served), Ratio(served, openssl));
        table.Add("openssl ts -reply, one after the other, a process each", Statistics.Median(openssl), 1.0);
        table.Print();
    }

    public static ServerOptions Options(string data, AuthorityOptions? authority, params IReadOnlyList<OutsideAuthority> outside) => new()
    {
        DataDirectory = data,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Web = new IPEndPoint(IPAddress.Loopback, 0),
        Authority = authority,
        OutsideAuthorities = outside,
        StampInterval = TimeSpan.FromSeconds(1),
    };

    private static double Ratio(List<double> ours, List<double> theirs) =>
        Statistics.Median(ours.Zip(theirs, (own, other) => own / other));

    private static double InProcess(StampFiles files, int seconds)
    {
        var credentials = TimestampCredentials.Load(files.Authority.CertificatePath, files.Authority.KeyPath);
        var serials = TimestampSerials.Open(files["serials"], TimeProvider.System.GetUtcNow());
        using var authority = new TimestampAuthority(credentials, serials, TimestampAuthority.DefaultPolicy, () => new ClockReading(Timestamp.RoundDown(TimeProvider.System.GetUtcNow()), null, null));
        var (start, tokens) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
            tokens += authority.Answer(StampFiles.Query).Token is null ? throw new BenchException("the authority refused") : 1;
        return tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> OverHttpAsync(NotaryServer server, int callers, int seconds, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = server.WebAddress };
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(http, start, seconds, cancellation), cancellation)));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<int> CallAsync(HttpClient http, long start, int seconds, CancellationToken cancellation)
    {
        var tokens = 0;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            using var content = new ByteArrayContent(StampFiles.Query) { Headers = { ContentType = new MediaTypeHeaderValue("application/timestamp-query") } };
            using var response = await http.PostAsync(new Uri("tsa", UriKind.Relative), content, cancellation);
            var reply = TimestampReply.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            tokens += reply.Token is null ? throw new BenchException("the authority refused") : 1;
        }

        return tokens;
    }
}
