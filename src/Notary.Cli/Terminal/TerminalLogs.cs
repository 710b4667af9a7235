using Microsoft.Extensions.Logging;

namespace Notary.Cli;

/// <summary>The server's warnings and errors as <c>notary: …</c> lines, with the cause's words but no trace.</summary>
internal sealed class TerminalLogs(Terminal terminal) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var text = formatter(state, exception) + (exception is null ? "" : $" ({exception.Message})");
        var line = text.ReplaceLineEndings(" ");
        try
        {
            if (logLevel == LogLevel.Warning)
                terminal.Warning(line);
            else
                terminal.Error(line);
        }
        catch (IOException)
        {
            // Where the lines go is full or gone. Whoever had something to say goes on with its work.
        }
    }

    public void Dispose()
    {
    }
}
