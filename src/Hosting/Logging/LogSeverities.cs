using Microsoft.Extensions.Logging;

namespace Teleport.Hosting.Logging;

/// <summary>Names of severities.</summary>
internal static class LogSeverities
{
    /// <summary>Reads a name, in any case; <c>null</c>: it is none.</summary>
    public static LogLevel? Parse(string name) => name.ToUpperInvariant() switch
    {
        "ERROR" or "ERR" => LogLevel.Error,
        "WARN" or "WARNING" => LogLevel.Warning,
        "INFO" => LogLevel.Information,
        "DEBUG" => LogLevel.Debug,
        "TRACE" => LogLevel.Trace,
        _ => null,
    };

    /// <summary>Four letters.</summary>
    public static string Short(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRAC",
        LogLevel.Debug => "DEBU",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARN",
        LogLevel.Error => "ERRO",
        _ => "CRIT",
    };
}
