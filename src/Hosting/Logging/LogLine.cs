using Microsoft.Extensions.Logging;

namespace Teleport.Hosting.Logging;

/// <summary>What a log line says.</summary>
internal readonly record struct LogLine(
    DateTimeOffset Time,
    LogLevel Level,
    string Component,
    int Number,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Facts,
    Exception? Exception);
