using System.CommandLine;
using Notary.Server;

namespace Notary.Cli;

/// <summary>The options of <c>serve</c> that concern Bitcoin.</summary>
internal static class AnchoringArguments
{
    private static readonly Option<string[]> Calendars = new("--calendar")
    {
        Description = "An OpenTimestamps calendar that takes the ledger's roots into Bitcoin; give several, since one may vanish. It sees 32 bytes an hour.",
        HelpName = "URL",
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<TimeSpan?> Interval = Durations.Option("--calendar-interval", "How often a root is sent to the calendars, while the ledger grows; 1h unless given.");
    private static readonly Option<bool> Beacon = new("--beacon") { Description = "Name a recent block of the node in every statement: the entry is no older than the block." };

    public static void AddTo(Command command)
    {
        command.Add(Calendars);
        command.Add(Interval);
        command.Add(BlockHeaders.Node);
        command.Add(BlockHeaders.Cookie);
        command.Add(Beacon);
    }

    public static IReadOnlyList<Uri> ReadCalendars(ParseResult arguments) => [.. (arguments.GetValue(Calendars) ?? []).Select(ReadCalendar)];

    public static TimeSpan ReadInterval(ParseResult arguments) => arguments.GetValue(Interval) ?? TimeSpan.FromHours(1);

    public static BitcoinNode? ReadNode(ParseResult arguments) =>
        arguments.GetValue(BlockHeaders.Node) is { } node ? BlockHeaders.Connect(node, arguments.GetValue(BlockHeaders.Cookie)) : null;

    public static bool ReadNameBlocks(ParseResult arguments) => arguments.GetValue(Beacon)
        ? arguments.GetValue(BlockHeaders.Node) is not null ? true : throw CliException.Input("--beacon is given without --bitcoin", "name the node whose blocks statements are to name")
        : false;

    private static Uri ReadCalendar(string text) => CalendarAddress.TryParse(text, out var address)
        ? address
        : throw CliException.Input($"--calendar {text}: is not of the form https://host/path", "for example --calendar https://a.pool.opentimestamps.org");
}
