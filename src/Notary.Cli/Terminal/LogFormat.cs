using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Notary.Cli;

/// <summary>How <c>serve</c> says what happens: to a person, or one JSON object a line to a program.</summary>
internal enum LogFormat
{
    Text,
    Json,
}

internal static class LogFormats
{
    public static Option<LogFormat> Option() => new("--log-format")
    {
        Description = "text: warnings and errors for people. json: every event, one JSON object a line, and nothing else on standard output.",
        HelpName = "text|json",
        CustomParser = result =>
        {
            switch (result.Tokens is [var token] ? token.Value : "")
            {
                case "text":
                    return LogFormat.Text;
                case "json":
                    return LogFormat.Json;
                default:
                    result.AddError("--log-format is text or json");
                    return default;
            }
        },
    };

    /// <summary>
    /// Text: warnings and errors as <c>notary: …</c> lines. JSON: every event on standard output, in the framework's own
    /// form, with its number, its values one by one and the time in UTC.
    /// </summary>
    public static void Add(ILoggingBuilder logging, LogFormat format, Terminal terminal)
    {
        if (format == LogFormat.Text)
            logging.AddProvider(new TerminalLogs(terminal));
        else
            logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
    }
}
