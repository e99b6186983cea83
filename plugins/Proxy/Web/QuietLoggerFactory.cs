using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Teleport.Proxy.Web;

/// <summary>Passes on warnings and errors of the web framework, and nothing that it says of each request. Does not own the factory behind it.</summary>
internal sealed class QuietLoggerFactory(ILoggerFactory inner) : ILoggerFactory
{
    // Kestrel does not know that the front door has ended TLS for it, and warns that HTTP/2 needs TLS; it serves HTTP/2 all the same.
    private const string TlsIsMissing = "Http2DisabledWithHttp1AndNoTls";

    public ILogger CreateLogger(string categoryName) =>
        // Kestrel tells of every connection that a client broke off; the front door counts them.
        categoryName.StartsWith("Microsoft.AspNetCore.Server.Kestrel.BadRequests", StringComparison.Ordinal)
            ? NullLogger.Instance
            : new WarningsOnly(inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
        // The host's factory outlives the web server.
    }

    private sealed class WarningsOnly(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && eventId.Name != TlsIsMissing)
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
