using System.CommandLine;
using Notary.Server;

namespace Notary.Cli;

/// <summary>The options of <c>notary serve</c> on its clock.</summary>
internal static class ClockOptions
{
    private static readonly Option<string[]> Sources = new("--ntp")
    {
        Description = "An NTP server that must vouch for this machine's clock; give at least three, since a minority is outvoted. Nothing is issued while most of them do not agree, or put the clock over a second off.",
        HelpName = "HOST[:PORT]",
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<TimeSpan?> Every = Durations.Option("--ntp-every", "How often they are asked; 64s unless given. Public servers want no less than 16s.");

    public static IEnumerable<Option> All => [Sources, Every];

    /// <exception cref="CliException">Not of the form.</exception>
    public static IReadOnlyList<NtpServer> ReadSources(ParseResult arguments) => [.. (arguments.GetValue(Sources) ?? []).Select(text =>
        NtpServer.Parse(text) ?? throw CliException.Input($"{Sources.Name} {text}: is not of the form host or host:port", $"for example {Sources.Name} ntp.example.org"))];

    public static TimeSpan ReadInterval(ParseResult arguments) => arguments.GetValue(Every) ?? TimeSpan.FromSeconds(64);
}
