using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notary.Core;
using Notary.Server;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>A time-stamping authority's web server on loopback, whose answers are the test's.</summary>
internal sealed class TestTimestampServer : IAsyncDisposable
{
    private readonly WebApplication host;

    private TestTimestampServer(WebApplication host) => this.host = host;

    public Uri Address => new(host.Urls.Single() + "/tsr");

    /// <summary>The queries that came.</summary>
    public ConcurrentQueue<byte[]> Queries { get; } = [];

    /// <summary>Replies to a query.</summary>
    public required Func<byte[], Task<byte[]>> Reply { get; set; }

    /// <summary>Answers instead of <see cref="Reply"/>, if it is there.</summary>
    public Func<HttpContext, Task>? Misbehave { get; set; }

    public static async Task<TestTimestampServer> StartAsync(Func<byte[], Task<byte[]>> reply)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var server = new TestTimestampServer(builder.Build()) { Reply = reply };
        server.host.MapPost("/tsr", server.AnswerAsync);
        await server.host.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public OutsideAuthority With(TimestampRoots roots) => new(Address, roots);

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Queries.Enqueue(body.ToArray());
        if (Misbehave is { } misbehave)
        {
            await misbehave(context);
            return;
        }

        var reply = await Reply(body.ToArray());
        context.Response.ContentType = "application/timestamp-reply";
        await context.Response.Body.WriteAsync(reply, context.RequestAborted);
    }
}
