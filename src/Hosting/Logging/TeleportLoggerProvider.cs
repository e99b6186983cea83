using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Teleport.Hosting.Logging;

/// <summary>Formats log entries and hands the lines to an output.</summary>
internal sealed class TeleportLoggerProvider(LogOptions options, ILogOutput output, TimeProvider time) : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new Logger(this, LogComponents.Of(name)));

    public void Dispose() => output.Dispose();

    private void Write(LogLine line) =>
        output.Write(line.Level, options.IsJson ? LogLineFormat.Json(line) : LogLineFormat.Text(line, options.HasTimestamps || output.WantsTimestamps));

    private sealed class Logger(TeleportLoggerProvider provider, string component) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            provider.Write(new LogLine(
                provider.Time, logLevel, component, eventId.Id, formatter(state, exception), state as IReadOnlyList<KeyValuePair<string, object?>> ?? [], exception));
    }

    private DateTimeOffset Time => time.GetUtcNow();
}
