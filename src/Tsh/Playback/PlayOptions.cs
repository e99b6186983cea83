namespace Teleport.Tsh.Playback;

/// <summary>How a recording is played.</summary>
internal sealed record PlayOptions
{
    /// <summary>Slowest and fastest.</summary>
    public const double MinSpeed = 0.25, MaxSpeed = 16;

    /// <summary>1: as it was.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Whether pauses are cut short.</summary>
    public bool SkipsIdleTime { get; init; }
}
