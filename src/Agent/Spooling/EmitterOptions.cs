using Microsoft.Extensions.Logging;

namespace Teleport.Agent.Spooling;

/// <summary>What sends audit events needs.</summary>
internal sealed record EmitterOptions
{
    /// <summary>The folder of the spool.</summary>
    public required string Folder { get; init; }

    public required string ClusterName { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    public required ServiceHealth Health { get; init; }

    /// <summary>So much may wait on disk.</summary>
    public long MaxSpoolBytes { get; init; } = 256L * 1024 * 1024;
}
