using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>
/// What a test does in the midst of a scenario of a page: the scenario asks for one step after the other, and goes on when it is
/// done; where there is none any more, at once.
/// </summary>
internal sealed class Meanwhile : IAsyncDisposable
{
    private readonly WebApplication host;

    private Meanwhile(WebApplication host) => this.host = host;

    public string Address => host.Urls.Single();

    /// <summary>A step that waits for nothing.</summary>
    public static Func<Task> Step(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    public static async Task<Meanwhile> StartAsync(params Func<Task>[] steps)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var host = builder.Build();
        var next = 0;
        host.MapGet("/", async context =>
        {
            try
            {
                if (next < steps.Length)
                    await steps[next++]();
            }
            catch (Exception problem)
            {
                // Told by the scenario, which fails.
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                await context.Response.WriteAsync($"step {next} of the test: {problem}");
            }
        });
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new Meanwhile(host);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
