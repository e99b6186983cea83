namespace Teleport.Recordings;

/// <summary>How much of a recording is read: one that was made to be endless ends with an error.</summary>
public sealed record RecordingLimits
{
    /// <summary>Events.</summary>
    public long MaxEvents { get; init; } = 50_000_000;

    /// <summary>Bytes, unpacked.</summary>
    public long MaxBytes { get; init; } = 64L * 1024 * 1024 * 1024;
}
