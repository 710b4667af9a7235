using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>
/// The two HTTP hosts of a server, one an interface: cleartext HTTP cannot negotiate, so gRPC's port speaks HTTP/2 and
/// the web port HTTP/1.1, with TLS as without, and neither answers for the other. They read no environment and no settings files.
/// </summary>
internal static class Hosts
{
    /// <summary>Bytes of one gRPC message. A request has 8 KiB at most; the rest is room to name what is wrong with more.</summary>
    private const int MessageBytes = 1 << 20;

    /// <summary>Bytes of all headers of a request together.</summary>
    private const int HeaderBytes = 16 * 1_024;

    private const int HeaderLines = 64;

    /// <summary>Connections of one host at most: enough for a proxy's pool.</summary>
    private const int MostConnections = 1_000;

    /// <summary>File handles that are not for connections: some 200 for the runtime and its code, the database's, and its readers'.</summary>
    private const int OwnHandles = 300;

    /// <summary>Connections of one host: both together leave the process the handles that it needs itself.</summary>
    private static readonly long Connections = FileHandles.Limit is { } limit && limit < OwnHandles + (2 * MostConnections)
        ? Math.Max(((long)limit - OwnHandles) / 2, 1)
        : MostConnections;

    /// <summary>Bytes a second of a request that has begun, after a while; less ends it. Streams, which may be quiet, are left out.</summary>
    private const double BodyBytesPerSecond = 240;

    /// <summary>Calls at once on one connection; a caller beyond waits on its own side.</summary>
    private const int StreamsPerConnection = 1_024;

    /// <summary>Both hosts' log levels: nothing of a single call at Information, no request spans that nobody reads.</summary>
    public static void SetLevels(ILoggingBuilder logging) => logging
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
        .AddFilter("Grpc", LogLevel.Warning);

    /// <summary>A host for gRPC services; the caller adds and maps them.</summary>
    public static WebApplicationBuilder ForGrpc(ServerOptions options, TlsCertificates? tls, ILoggerFactory loggers)
    {
        var builder = Empty(options, loggers);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
            // Finds peers that vanished without closing, whose streams would otherwise stay open.
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = HeaderBytes;
            Listen(kestrel, options, options.Listen, tls, HttpProtocols.Http2);
        });
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = MessageBytes);
        return builder;
    }

    /// <summary>A host for pages and files that are only read.</summary>
    public static WebApplicationBuilder ForWeb(ServerOptions options, TlsCertificates? tls, ILoggerFactory loggers)
    {
        var builder = Empty(options, loggers);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 0;
            Listen(kestrel, options, options.Web, tls, HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        return builder;
    }

    private static void Listen(KestrelServerOptions kestrel, ServerOptions options, IPEndPoint endpoint, TlsCertificates? tls, HttpProtocols protocols) =>
        kestrel.Listen(endpoint, listen =>
        {
            listen.Protocols = protocols;
            if (tls is null)
                return;
            var connections = new AddressConnections((int)Math.Max(Connections / 8, 8));
            listen.Use(connections.LimitAsync);
            var protocol = protocols == HttpProtocols.Http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(tls.ForConnection(protocol)),
                HandshakeTimeout = options.SlowClientTimeout,
            });
        });

    /// <summary>Starts a host; its address has the port it got.</summary>
    /// <exception cref="ServerRefusedException">The address is in use or not this machine's.</exception>
    public static async Task<Uri> StartAsync(WebApplication host, IPEndPoint endpoint, CancellationToken cancellation)
    {
        try
        {
            await host.StartAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new ServerRefusedException(
                $"cannot listen on {endpoint} ({(e.InnerException ?? e).Message})",
                "stop what listens there, or choose another address");
        }

        var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        return new Uri(addresses!.Addresses.Single());
    }

    /// <summary>No longer than the framework's own five seconds, no shorter than its clock ticks.</summary>
    private static TimeSpan BodyGrace(TimeSpan slow) => TimeSpan.FromSeconds(Math.Clamp(slow.TotalSeconds, 1.1, 5));

    private static WebApplicationBuilder Empty(ServerOptions options, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(new QuietLoggers(loggers));
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        if (options.OpenId is { } openId)
            OpenIdTokens.Add(builder.Services, openId, options.TimeProvider);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = Connections;
            kestrel.Limits.RequestHeadersTimeout = options.SlowClientTimeout;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(BodyBytesPerSecond, BodyGrace(options.SlowClientTimeout));
            kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = HeaderLines;
        });
        return builder;
    }

    /// <summary>A host that runs until it is told to stop: signals are the executable's to handle.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
