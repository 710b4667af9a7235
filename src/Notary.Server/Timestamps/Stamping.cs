using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>The outside authorities at work, each at its own pace: one that is slow or dead holds up no other.</summary>
internal sealed class Stamping : IAsyncDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient http;
    private readonly List<Stamper> stampers;
    private readonly Task running;

    private Stamping(HttpClient http, List<Stamper> stampers)
    {
        (this.http, this.stampers) = (http, stampers);
        running = Task.WhenAll(stampers.Select(stamper => Task.Run(() => stamper.RunAsync(stopping.Token))));
    }

    /// <summary>One for each authority, as it stands now.</summary>
    public IReadOnlyList<StampStanding> Standings => [.. stampers.Select(stamper => stamper.Standing)];

    /// <summary>Starts, and begins with a token over the checkpoint at hand.</summary>
    public static Stamping Start(ServerOptions options, Ledger ledger, TokenStore store, ILogger logger)
    {
        // An authority has one address. Following it elsewhere would let whoever answers there choose where the server calls.
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = AnswerWithin })
        {
            Timeout = AnswerWithin,
        };
        var randomness = options.Randomness ?? RandomNumberGenerator.Create();
        return new Stamping(http, [.. options.OutsideAuthorities.Select(authority => new Stamper(
            authority, ledger, store, new TimestampClient(http, authority, options.TimeProvider, randomness), options.StampInterval, options.TimeProvider, logger))]);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        http.Dispose();
        stopping.Dispose();
    }
}
