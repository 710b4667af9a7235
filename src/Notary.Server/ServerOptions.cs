using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>What a server is started with. Everything has a default but the folder.</summary>
public sealed class ServerOptions
{
    /// <summary>The folder of database, key and lock; created when it is not there.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The ledger's name, fixed by the first start; null takes what the folder says, or a new name.</summary>
    public string? Origin { get; init; }

    /// <summary>The high-water mark's file; null is <see cref="LedgerOptions.DefaultHighWaterMark"/>.</summary>
    public string? HighWaterMarkPath { get; init; }

    /// <summary>As <see cref="LedgerOptions.Store"/>.</summary>
    public StoreKind? Store { get; init; }

    /// <summary>Where gRPC is served: HTTP/2, without TLS on a loopback address alone. Port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 7070);

    /// <summary>Where the read API, /healthz and /readyz are served: HTTP/1.1, without TLS on a loopback address alone. Port 0 takes a free one.</summary>
    public IPEndPoint Web { get; init; } = new(IPAddress.Loopback, 7071);

    /// <summary>OpenTimestamps calendars that take the ledger's roots into Bitcoin; none unless given.</summary>
    public IReadOnlyList<Uri> Calendars { get; init; } = [];

    /// <summary>How often a root is sent to the calendars, while the ledger grows.</summary>
    public TimeSpan CalendarInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A Bitcoin node whose word the operator trusts: calendars are checked by it. Owned by the server; null: there is none.</summary>
    public BitcoinNode? Bitcoin { get; init; }

    /// <summary>Whether statements name a recent block of <see cref="Bitcoin"/>.</summary>
    public bool NameBlocks { get; init; }

    /// <summary>The server's own time-stamping authority at <c>/tsa</c>; null: there is none.</summary>
    public AuthorityOptions? Authority { get; init; }

    /// <summary>Whose seal goes onto certificates as PDF; null: nobody's.</summary>
    public SealOptions? Seal { get; init; }

    /// <summary>Those who stamp the ledger's checkpoints; none unless given.</summary>
    public IReadOnlyList<OutsideAuthority> OutsideAuthorities { get; init; } = [];

    /// <summary>How often each of them stamps, while the ledger grows.</summary>
    public TimeSpan StampInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// NTP servers that must vouch for this machine's clock before anything is issued; none unless given, and then nobody
    /// vouches for it and statements say so.
    /// </summary>
    public IReadOnlyList<NtpServer> TimeSources { get; init; } = [];

    /// <summary>How often they are asked; public servers want no less than 16 s.</summary>
    public TimeSpan TimeSourceInterval { get; init; } = TimeSpan.FromSeconds(64);

    /// <summary>Deposits that wait at most; one more is refused at once. Null is the ledger's own default.</summary>
    public int? QueueCapacity { get; init; }

    /// <summary>How long a stop waits for deposits to be committed and calls to be answered, both together.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where key seeds, origins and salts come from; null is the system's generator.</summary>
    public RandomNumberGenerator? Randomness { get; init; }

    /// <summary>Adds where log lines go; without it they go nowhere. Levels are set already.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>
    /// Whether metrics and spans go to the collector that the standard OTEL_EXPORTER_OTLP_ENDPOINT names, if it names one.
    /// </summary>
    public bool ExportTelemetry { get; init; }

    /// <summary>The certificate that both ports show; null serves without TLS, on loopback.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Whose OpenID Connect tokens are taken; null: nobody's.</summary>
    public OpenIdOptions? OpenId { get; init; }

    /// <summary>What an address may do that shows no account.</summary>
    public AddressLimits AddressLimits { get; init; } = new();

    /// <summary>How often the audit log's head goes onto the ledger, while the log grows.</summary>
    public TimeSpan AuditInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a client may take over a handshake, and over a request's headers.</summary>
    public TimeSpan SlowClientTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Puts something between ledger and store: the tests' faults.</summary>
    internal Func<ILedgerStore, ILedgerStore>? WrapStore { get; init; }

    /// <summary>Maps more services into the gRPC host: the echo that the bench measures beside it.</summary>
    internal Action<IEndpointRouteBuilder>? MapMore { get; init; }

    /// <exception cref="ServerRefusedException">An address that others reach has no TLS, or a calendar's, an authority's or a time source's cannot be used.</exception>
    internal void Check()
    {
        foreach (var calendar in Calendars)
        {
            if (Calendars.Count(other => other == calendar) > 1)
                throw new ServerRefusedException($"the calendar {calendar} is given twice", "give each one once");
        }

        foreach (var source in TimeSources)
        {
            if (TimeSources.Count(other => other == source) > 1)
                throw new ServerRefusedException($"the time source {source} is given twice", "give each one once: a majority of them must agree, and nobody may vote twice");
        }

        if (Authority?.Policy is { } policy && !TimestampAuthority.IsPolicy(policy))
            throw new ServerRefusedException($"the policy {policy} is no object identifier", "give it as numbers with dots, such as 1.3.6.1.4.1.99999.1");
        foreach (var authority in OutsideAuthorities)
        {
            // The store knows an authority by its name, and logs and health show it.
            if (!authority.Url.IsAbsoluteUri || authority.Url.Scheme is not ("http" or "https") || authority.Url.UserInfo.Length > 0)
                throw new ServerRefusedException(
                    "an outside time-stamping authority has an address that is not http or https, or holds a user name", "give it as https://host/path");
            if (OutsideAuthorities.Count(other => other.Name == authority.Name) > 1)
                throw new ServerRefusedException($"the outside time-stamping authority {authority.Name} is given twice", "give each one once, its roots in one file");
        }

        if (OpenId is not null && OpenIdTokens.Problem(OpenId) is { } problem)
            throw new ServerRefusedException(problem, "give it as its tokens name it, and the audience that they have");
        foreach (var endpoint in new[] { Listen, Web })
        {
            // What others can listen to is encrypted, or is not served: a key or a title that was sent in the clear is out.
            if (Tls is null && !IPAddress.IsLoopback(endpoint.Address))
                throw new ServerRefusedException(
                    $"{endpoint} is not a loopback address, and there is no TLS certificate",
                    $"give --tls-certificate and --tls-key, or listen on 127.0.0.1:{endpoint.Port} or [::1]:{endpoint.Port}");
        }
    }
}
