using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Logging;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary><c>notary serve</c>: runs the ledger of a folder until it is told to stop.</summary>
internal static class ServeCommand
{
    public const int GrpcPort = 7070;
    private const int WebPort = 7071;

    private static readonly Option<string> Data = new("--data") { Description = "The ledger's folder: database and key. Made on the first start.", HelpName = "DIR", Required = true };
    private static readonly Option<string?> Origin = new("--origin") { Description = "The ledger's name, fixed by the first start; localhost/<8 hex> unless given.", HelpName = "NAME" };
    private static readonly Option<string?> Mark = new("--high-water-mark") { Description = "File that remembers how far the ledger was; DIR.mark beside the folder unless given. Keep it out of backups.", HelpName = "PATH" };
    private static readonly Option<IPEndPoint> Listen = EndPoint("--listen", "Where gRPC is served; port 0 takes a free one.", GrpcPort);
    private static readonly Option<IPEndPoint> Web = EndPoint("--web", "Where tiles, checkpoint, /healthz and /readyz are served; port 0 takes a free one.", WebPort);

    private static readonly Option<StoreKind?> Store = StoreOption.Create<StoreKind?>("--store", $"The database of a new ledger; {LedgerStores.NameOf(LedgerStores.Default)} unless given. An existing one keeps its own.", required: false);

    private static readonly Option<LogFormat> Log = LogFormats.Option();

    public static Command Create(CliContext context)
    {
        var command = new Command("serve", "Run a ledger.") { Data, Origin, Mark, Store, Listen, Web, Log };
        AnchoringArguments.AddTo(command);
        foreach (var option in TimestampOptions.All.Concat(ClockOptions.All).Concat(SealArguments.All).Concat(TlsArguments.All))
            command.Options.Add(option);
        command.SetAction((arguments, cancellation) => RunAsync(context, Read(arguments, context), arguments.GetValue(Log), cancellation));
        return command;
    }

    private static ServerOptions Read(ParseResult arguments, CliContext context)
    {
        if (arguments.GetValue(Origin) is { } origin && !TextRules.IsOrigin(origin))
            throw CliException.Input($"--origin {origin}: is not 1 to {Limits.OriginBytes} characters of a-z, 0-9, '.', '/', ':', '-'", "for example --origin ledger.example.org/main");
        return new ServerOptions
        {
            DataDirectory = NotEmpty(Data.Name, arguments.GetRequiredValue(Data)),
            Origin = arguments.GetValue(Origin),
            HighWaterMarkPath = arguments.GetValue(Mark) is { } mark ? NotEmpty(Mark.Name, mark) : null,
            Store = arguments.GetValue(Store),
            Listen = arguments.GetRequiredValue(Listen),
            Web = arguments.GetRequiredValue(Web),
            Calendars = AnchoringArguments.ReadCalendars(arguments),
            CalendarInterval = AnchoringArguments.ReadInterval(arguments),
            Bitcoin = AnchoringArguments.ReadNode(arguments),
            NameBlocks = AnchoringArguments.ReadNameBlocks(arguments),
            Authority = TimestampOptions.ReadAuthority(arguments),
            Seal = SealArguments.Read(arguments),
            OutsideAuthorities = TimestampOptions.ReadOutside(arguments),
            StampInterval = TimestampOptions.ReadInterval(arguments),
            Tls = TlsArguments.Read(arguments),
            OpenId = TlsArguments.ReadOpenId(arguments),
            TimeSources = ClockOptions.ReadSources(arguments),
            TimeSourceInterval = ClockOptions.ReadInterval(arguments),
            TimeProvider = context.Time,
            Logging = logging => LogFormats.Add(logging, arguments.GetValue(Log), context.Terminal),
            ExportTelemetry = true,
        };
    }

    private static async Task<int> RunAsync(CliContext context, ServerOptions options, LogFormat format, CancellationToken cancellation)
    {
        await using var server = await NotaryServer.StartAsync(options, cancellation);
        if (format == LogFormat.Text)
            Introduce(context, options, server);
        ServiceManager.Tell(ServiceManager.Ready, context.Terminal);
        await server.WaitForShutdownAsync(cancellation);
        ServiceManager.Tell(ServiceManager.Stopping, context.Terminal);
        return ExitCode.Pass;
    }

    /// <summary>One line a fact, name first: scripts read the addresses from here when the port was 0.</summary>
    private static void Introduce(CliContext context, ServerOptions options, NotaryServer server) =>
        context.Terminal.Fields(
            ("ledger", server.Origin),
            ("vkey", server.Key.ToString()),
            ("grpc", Address(server.GrpcAddress)),
            ("web", Address(server.WebAddress)),
            ("callers", server.AsksWhoCalls ? "need a key or certificate of an account, but for what is public" : "whoever reaches this machine's loopback; 'notary account create' makes accounts"),
            ("data", Path.GetFullPath(options.DataDirectory)),
            ("mark", MarkPath(options)),
            ("bitcoin", options.Calendars.Count == 0 ? "none: --calendar takes the ledger's roots there" : string.Join(", ", options.Calendars)),
            ("tsa", options.Authority is null ? "none: --tsa-certificate serves one" : $"{Address(server.WebAddress)}/tsa"),
            ("seal", server.Sealer ?? "none: certificates as PDF are not sealed; --seal-certificate seals them"),
            ("stamps", options.OutsideAuthorities.Count == 0 ? "nobody: no independent time, --outside-tsa names who gives one" : string.Join(", ", options.OutsideAuthorities.Select(authority => authority.Name))),
            ("accuracy", server.Clock ?? "unknown: nothing vouches for this machine's clock, and every statement says so; --ntp names who does"),
            ("ready", "Ctrl-C stops"));

    /// <summary>Where <see cref="ServerOptions"/> says the mark is unless it is told otherwise.</summary>
    private static string MarkPath(ServerOptions options) =>
        Path.GetFullPath(options.HighWaterMarkPath ?? LedgerOptions.DefaultHighWaterMark(options.DataDirectory));

    private static string Address(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    private static string NotEmpty(string option, string value) =>
        value.Length > 0 ? value : throw CliException.Input($"{option}: is empty");

    private static Option<IPEndPoint> EndPoint(string name, string description, int port) => new(name)
    {
        Description = description,
        HelpName = "ADDRESS:PORT",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, port),
        CustomParser = result =>
        {
            var text = result.Tokens is [var token] ? token.Value : "";
            var spelled = text.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + text["localhost".Length..] : text;
            // IPEndPoint itself would take an address without a port, and read "7070" as an address.
            var hasPort = spelled.LastIndexOf(':') is > 0 and var colon && (spelled[0] == '[' ? spelled[colon - 1] == ']' : spelled.IndexOf(':', StringComparison.Ordinal) == colon);
            if (hasPort && IPEndPoint.TryParse(spelled, out var endpoint))
                return endpoint;
            result.AddError($"{name} {text}: is not of the form address:port, such as 127.0.0.1:{port} or [::1]:{port}");
            return null;
        },
    };
}
