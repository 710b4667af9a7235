using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// A running server: one open ledger, its gRPC services on one port and its read API on another. It handles no signals
/// and never ends the process; whoever starts it waits for <see cref="WaitForShutdownAsync"/> and disposes of it.
/// </summary>
public sealed class NotaryServer : IAsyncDisposable
{
    private readonly ServerOptions options;
    private readonly Ledger ledger;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly OpenStreams streams = new();
    private readonly ServerAccess access;
    private readonly WebApplication grpc;
    private readonly WebApplication web;
    private readonly StatementFeeds feeds;
    private readonly TimestampAuthority? authority;
    private readonly DepositDesk desk;
    private readonly CertificateDesk pages;
    private Anchoring? anchoring;
    private Stamping? stamping;
    private AuditHeads? heads;
    private ClockRecorder? clockRecorder;
    private OtlpExport? telemetry;
    private int isDisposed;

    private NotaryServer(
        ServerOptions options, Ledger ledger, ServerAccess access, StatementFeeds feeds, TimestampAuthority? authority, Sealer? sealer, ILoggerFactory loggers)
    {
        this.feeds = feeds;
        this.authority = authority;
        this.options = options;
        this.ledger = ledger;
        this.access = access;
        this.loggers = loggers;
        logger = loggers.CreateLogger<NotaryServer>();
        desk = new DepositDesk(ledger, access.Gate, access.Audit, loggers.CreateLogger<DepositDesk>());
        pages = new CertificateDesk(desk, ledger.ReadClock, sealer);
        Sealer = sealer?.Certificate is { } certificate ? DescribeSealer(certificate) : null;
        grpc = BuildGrpc();
        web = BuildWeb();
    }

    /// <summary>Where gRPC is served, with the port that was taken.</summary>
    public Uri GrpcAddress { get; private set; } = null!;

    /// <summary>Where the read API is served, with the port that was taken.</summary>
    public Uri WebAddress { get; private set; } = null!;

    /// <summary>The ledger's name.</summary>
    public string Origin => ledger.Origin;

    /// <summary>Whether calls need an account.</summary>
    public bool AsksWhoCalls => access.Book.Rules;

    internal AccountBook Book => access.Book;

    /// <summary>What the gRPC port answers.</summary>
    internal IReadOnlyList<Endpoint> GrpcEndpoints => ((IEndpointRouteBuilder)grpc).DataSources.SelectMany(source => source.Endpoints).ToList();

    /// <summary>What the web port answers.</summary>
    internal IReadOnlyList<Endpoint> WebEndpoints => ((IEndpointRouteBuilder)web).DataSources.SelectMany(source => source.Endpoints).ToList();

    /// <summary>How good its clock is, one clause; null: nobody vouches for it.</summary>
    public string? Clock => feeds.Clock is { Standing: var standing } ? ClockWords.Describe(standing) : null;

    /// <summary>Whose seal certificates as PDF bear, one clause; null: nobody's.</summary>
    public string? Sealer { get; }

    /// <summary>Deposits that wait for a commit.</summary>
    internal int QueueDepth => ledger.QueueDepth;

    /// <summary>The key that signs its checkpoints.</summary>
    public VerifierKey Key => ledger.Key;

    /// <summary>Opens the ledger, then serves it. When it returns both ports answer.</summary>
    /// <exception cref="LedgerRefusedException">The ledger must not or cannot be opened.</exception>
    /// <exception cref="ServerRefusedException">An address is not a loopback address, or cannot be had.</exception>
    public static async Task<NotaryServer> StartAsync(ServerOptions options, CancellationToken cancellation)
    {
        options.Check();
        var loggers = LoggerFactory.Create(logging =>
        {
            Hosts.SetLevels(logging);
            options.Logging?.Invoke(logging);
        });
        var feeds = StatementFeeds.Start(options, loggers);
        try
        {
            await feeds.PrepareAsync(new DataFolder(options.DataDirectory, options.HighWaterMarkPath), cancellation);
            var server = await OpenAsync(options, feeds, loggers);
            try
            {
                if (options.ExportTelemetry)
                    server.telemetry = OtlpExport.Start(server.Origin, options.TimeProvider);
                server.StartClockRecords();
                await server.ListenAsync(cancellation);
                server.StartAnchoring();
                server.StartStamping();
                server.heads = new AuditHeads(server.access, server.ledger, options.AuditInterval, options.TimeProvider, server.logger);
                return server;
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await feeds.DisposeAsync();
            loggers.Dispose();
            throw;
        }
    }

    /// <summary>Returns when <paramref name="cancellation"/> is cancelled; the server runs on until it is disposed of.</summary>
    /// <exception cref="LedgerFailedException">The ledger stopped itself.</exception>
    public async Task WaitForShutdownAsync(CancellationToken cancellation)
    {
        Exception failure;
        try
        {
            failure = await ledger.Failure.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }

        LogMessages.Failed(logger, Origin, failure);
        throw new LedgerFailedException(failure);
    }

    /// <summary>
    /// Stops in an order that leaves nobody without an answer. The audit log's head goes onto the ledger first, and no clock record any more. Then (1) health and /readyz say so, and new deposits are refused
    /// with the time to try again; (2) what was queued is committed, and streams end with a status; (3) the gRPC port
    /// closes when the calls at hand have their answers; (4) the web port, which said all along how it stands; (5) the
    /// last metrics leave, and the ledger closes, which (2) and (3) still needed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
            return;
        LogMessages.Stopping(logger, Origin, options.ShutdownTimeout);
        using (var limit = new CancellationTokenSource(options.ShutdownTimeout, options.TimeProvider))
        {
            if (heads is not null)
                await heads.DisposeAsync();
            if (clockRecorder is not null)
                await clockRecorder.DisposeAsync();
            var drained = ledger.DrainAsync(); // (1)
            await streams.EndAsync(limit.Token); // (2)
            if (anchoring is not null)
                await anchoring.DisposeAsync();
            if (stamping is not null)
                await stamping.DisposeAsync();
            await drained.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await grpc.StopAsync(limit.Token); // (3)
            await web.StopAsync(limit.Token); // (4)
            if (limit.IsCancellationRequested)
                LogMessages.StoppedLate(logger, Origin, options.ShutdownTimeout);
        }

        await grpc.DisposeAsync();
        await web.DisposeAsync();
        await access.DisposeAsync();
        telemetry?.Dispose(); // (5)
        await ledger.DisposeAsync();
        await feeds.DisposeAsync();
        options.Bitcoin?.Dispose();
        authority?.Dispose();
        pages.Dispose();
        streams.Dispose();
        LogMessages.Stopped(logger, Origin);
        loggers.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        GrpcAddress = await Hosts.StartAsync(grpc, options.Listen, cancellation);
        WebAddress = await Hosts.StartAsync(web, options.Web, cancellation);
        LogMessages.Serving(logger, Origin, GrpcAddress, WebAddress);
        if (authority is not null)
            LogMessages.AuthorityServing(logger, Origin, WebAddress, authority.Policy);
    }

    private void StartClockRecords()
    {
        if (feeds.Clock is not { } clock)
            return;
        clockRecorder = new ClockRecorder(ledger, clock, options.TimeProvider, logger);
        ledger.Instruments.Watch(clock);
    }

    private void StartStamping()
    {
        if (options.OutsideAuthorities.Count == 0)
            return;
        stamping = Stamping.Start(options, ledger, ledger.UseTokens(), logger);
        ledger.Instruments.Watch(stamping, ledger);
    }

    private static async Task<NotaryServer> OpenAsync(ServerOptions options, StatementFeeds feeds, ILoggerFactory loggers)
    {
        var ledger = OpenLedger(options, feeds, loggers);
        ServerAccess? access = null;
        try
        {
            if (options.OutsideAuthorities.Count > 0)
                ledger.UseTokens();
            access = ServerAccess.Open(options, ledger, loggers.CreateLogger<ServerAccess>());
            var authority = OpenAuthority(options, ledger);
            return new NotaryServer(options, ledger, access, feeds, authority, OpenSealer(options, authority), loggers);
        }
        catch
        {
            if (access is not null)
                await access.DisposeAsync();
            await ledger.DisposeAsync();
            throw;
        }
    }

    private static TimestampAuthority? OpenAuthority(ServerOptions options, Ledger ledger)
    {
        if (options.Authority is not { } own)
            return null;
        var credentials = TimestampCredentials.Load(own.CertificatePath, own.KeyPath);
        var serials = TimestampSerials.Open(ledger.Folder.TimestampSerials, options.TimeProvider.GetUtcNow());
        var authority = new TimestampAuthority(credentials, serials, own.Policy ?? TimestampAuthority.DefaultPolicy, ledger.ReadClock);
        authority.CheckSelf();
        return authority;
    }

    private static Sealer? OpenSealer(ServerOptions options, TimestampAuthority? authority) => options.Seal is { } seal
        ? SealerFiles.Open(
            seal, authority is null ? null : (signature, _) => Task.FromResult(authority.Stamp(signature)), options.TimeProvider, options.Randomness ?? RandomNumberGenerator.Create())
        : null;

    private static string DescribeSealer(X509Certificate2 certificate) =>
        $"{CertificateFacts.NameOf(certificate)}, {(CertificateFacts.IsSelfMade(certificate) ? "self-made" : $"issued by {CertificateFacts.NameOf(certificate, issuer: true)}")}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}";

    private void StartAnchoring()
    {
        if (options.Calendars.Count == 0)
            return;
        var how = new AnchoringOptions(options.Calendars, options.CalendarInterval, options.Bitcoin);
        anchoring = Anchoring.Start(ledger, how, options.TimeProvider, logger);
        ledger.Instruments.Watch(anchoring, ledger);
    }

    private static Ledger OpenLedger(ServerOptions options, StatementFeeds feeds, ILoggerFactory loggers)
    {
        var defaults = new LedgerOptions { DataDirectory = options.DataDirectory };
        return Ledger.Open(
            new LedgerOptions
            {
                DataDirectory = options.DataDirectory,
                Origin = options.Origin,
                HighWaterMarkPath = options.HighWaterMarkPath,
                Store = options.Store,
                QueueCapacity = options.QueueCapacity ?? defaults.QueueCapacity,
                TimeProvider = options.TimeProvider,
                Randomness = options.Randomness ?? defaults.Randomness,
                Clock = feeds.Clock,
                Beacon = feeds.Beacons is { } beacons ? () => beacons.Latest : null,
                WrapStore = options.WrapStore,
            },
            loggers.CreateLogger<Ledger>());
    }

    private WebApplication BuildGrpc()
    {
        var builder = Hosts.ForGrpc(options, access.Tls, loggers);
        // One object a service for all calls: without these lines every call would make its own.
        builder.Services
            .AddSingleton(ledger)
            .AddSingleton(streams)
            .AddSingleton(options.TimeProvider)
            .AddSingleton(access.Gate)
            .AddSingleton(access.Book)
            .AddSingleton(access.Audit)
            .AddSingleton(desk)
            .AddSingleton(pages)
            .AddSingleton<NotaryService>()
            .AddSingleton<AccountsService>()
            .AddSingleton<HealthService>()
            .AddSingleton<ReflectionService>();
        var host = builder.Build();
        host.Use(next => context => access.Gate.PassAsync(context, next, GrpcRefusal.WriteAsync));
        host.MapGrpcService<NotaryService>();
        host.MapGrpcService<AccountsService>();
        host.MapGrpcService<HealthService>();
        host.MapGrpcService<ReflectionService>();
        options.MapMore?.Invoke(host);
        return host;
    }

    private WebApplication BuildWeb()
    {
        var host = Hosts.ForWeb(options, access.Tls, loggers).Build();
        host.Use(next => context => access.Gate.PassAsync(context, next, WebAnswer.WriteRefusal));
        TileEndpoints.Map(host, ledger);
        PageEndpoints.Map(host, ledger);
        new RestEndpoints(desk, pages, access.Gate, access.Book).Map(host);
        HealthEndpoint.Map(host, ledger, () => new OutsideStanding(anchoring?.Standing, stamping?.Standings ?? [], feeds.Clock?.Standing));
        if (authority is not null)
            new TimestampEndpoints(authority, ledger, logger).Map(host);
        return host;
    }
}
