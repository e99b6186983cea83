using Teleport.Abstractions.Configuration;

namespace Teleport.Node;

/// <summary>Recording of commands, files and network use by the kernel.</summary>
public sealed record EnhancedRecordingOptions
{
    /// <summary>Whether it is on.</summary>
    [Reserved("sessions are recorded as terminals show them; leave it off")]
    public bool Enabled { get; init; }

    /// <summary>Pages for events of commands.</summary>
    [Legacy("it takes effect once enhanced_recording can be enabled")]
    public int CommandBufferSize { get; init; } = 8;

    /// <summary>Pages for events of files.</summary>
    [Legacy("it takes effect once enhanced_recording can be enabled")]
    public int DiskBufferSize { get; init; } = 128;

    /// <summary>Pages for events of the network.</summary>
    [Legacy("it takes effect once enhanced_recording can be enabled")]
    public int NetworkBufferSize { get; init; } = 8;

    /// <summary>Where the cgroup file system is.</summary>
    [Legacy("it takes effect once enhanced_recording can be enabled")]
    public string CgroupPath { get; init; } = "/cgroup2";
}
