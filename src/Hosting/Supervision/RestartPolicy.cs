namespace Teleport.Hosting.Supervision;

/// <summary>How long a failed role waits: longer each time, never exactly the same for two, anew after it ran well.</summary>
public sealed record RestartPolicy
{
    /// <summary>The wait after the first failure.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After running so long a role starts over with the shortest wait.</summary>
    public TimeSpan RunsWellAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The wait after a number of failures in a row, at least one.</summary>
    /// <param name="failures">Failures in a row.</param>
    /// <param name="jitter">From 0 to 1: takes up to a fifth away, so that many hosts do not come back at once.</param>
    public TimeSpan After(int failures, double jitter)
    {
        double doubled = First.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, Longest.TotalMilliseconds) * (1 - (0.2 * jitter)));
    }
}
