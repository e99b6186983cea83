using Microsoft.Extensions.Logging;

namespace Teleport.Hosting.Logging;

/// <summary>Takes finished lines. Safe for use by several threads.</summary>
internal interface ILogOutput : IDisposable
{
    /// <summary>Whether lines must carry their time, as nobody else notes it.</summary>
    bool WantsTimestamps { get; }

    /// <summary>Writes a line.</summary>
    void Write(LogLevel level, string line);
}
