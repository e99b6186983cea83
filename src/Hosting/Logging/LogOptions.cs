using Microsoft.Extensions.Logging;

namespace Teleport.Hosting.Logging;

/// <summary>Where the log goes and how it looks.</summary>
public sealed record LogOptions
{
    /// <summary><c>stderr</c>, <c>stdout</c>, <c>syslog</c> or the path of a file.</summary>
    public string Output { get; init; } = "stderr";

    /// <summary>The least that is logged.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>Whether each line is a JSON object.</summary>
    public bool IsJson { get; init; }

    /// <summary>Whether text lines begin with the time; those of a file always do.</summary>
    public bool HasTimestamps { get; init; }
}
