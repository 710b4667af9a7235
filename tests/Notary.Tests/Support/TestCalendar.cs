using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>A small OpenTimestamps calendar on loopback: it takes digests, and keeps its promises when it is told to.</summary>
internal sealed class TestCalendar : IAsyncDisposable
{
    private readonly WebApplication host;
    private readonly ConcurrentDictionary<string, byte[]> answers = new();
    private int nonces;

    private TestCalendar(WebApplication host) => this.host = host;

    public Uri Address => new(host.Urls.Single() + "/");

    /// <summary>What was stamped, and the commitment that it was promised for.</summary>
    public ConcurrentQueue<(byte[] Digest, byte[] Commitment)> Taken { get; } = [];

    /// <summary>Questions about commitments.</summary>
    public int Asked { get; private set; }

    /// <summary>Answers instead of the calendar, if it returns true.</summary>
    public Func<HttpContext, Task<bool>>? Misbehave { get; set; }

    /// <summary>Where pending attestations say that the calendar is; null: where it is.</summary>
    public string? Pretended { get; set; }

    public static async Task<TestCalendar> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var calendar = new TestCalendar(builder.Build());
        calendar.host.Use((context, next) => calendar.InterceptAsync(context, next));
        calendar.host.MapPost("/digest", calendar.TakeAsync);
        calendar.host.MapGet("/timestamp/{commitment}", calendar.AnswerAsync);
        await calendar.host.StartAsync(TestContext.Current.CancellationToken);
        return calendar;
    }

    /// <summary>Keeps the promise for a commitment.</summary>
    public void Answer(byte[] commitment, OtsTimestamp timestamp) => Answer(commitment, timestamp.ToBytes(commitment.Length));

    public void Answer(byte[] commitment, byte[] bytes) => answers[Convert.ToHexStringLower(commitment)] = bytes;

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    private async Task InterceptAsync(HttpContext context, RequestDelegate next)
    {
        if (Misbehave is null || !await Misbehave(context))
            await next(context);
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        OtsOperation[] path = [OtsOperation.Append([0xCA, (byte)Interlocked.Increment(ref nonces)]), OtsOperation.Sha256];
        var commitment = path.Aggregate(body.ToArray(), (message, operation) => operation.Apply(message));
        Taken.Enqueue((body.ToArray(), commitment));
        var pending = new PendingAttestation(Pretended ?? Address.AbsoluteUri);
        await context.Response.Body.WriteAsync(new OtsTimestamp([pending], []).After(path).ToBytes((int)body.Length), context.RequestAborted);
    }

    private async Task AnswerAsync(HttpContext context, string commitment)
    {
        Asked++;
        if (answers.TryGetValue(commitment, out var answer))
            await context.Response.Body.WriteAsync(answer, context.RequestAborted);
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
