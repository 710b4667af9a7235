using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>
/// The log for the framework, without what a stranger could fill it with: gRPC writes an error and its trace for every message
/// that is no protobuf, which is a fault of whoever sent it.
/// </summary>
internal sealed class QuietLoggers(ILoggerFactory loggers) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Quiet(loggers.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    public void Dispose()
    {
        // The loggers are the server's.
    }

    private sealed class Quiet(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is not InvalidProtocolBufferException)
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
