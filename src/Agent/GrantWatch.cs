using Teleport.Abstractions.Security;

namespace Teleport.Agent;

/// <summary>Watches whether the access requests in a user's certificate still give access: connections under a grant end with it.</summary>
public static class GrantWatch
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Waits, a few seconds at most, until the requests of a fresh certificate have been heard of here.</summary>
    public static async ValueTask WaitUntilHeardAsync(
        UserIdentity identity, Func<ClusterSnapshot> cluster, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(time);
        long started = time.GetTimestamp();
        while (cluster().EndedGrant(identity, time.GetUtcNow()) is not null && time.GetElapsedTime(started) < LongestWait)
        {
            await Task.Delay(Period / 20, time, cancellationToken);
        }
    }

    /// <summary>Waits until one of the requests gives nothing any more.</summary>
    /// <returns>Why, for the user; never returns for a certificate without requests.</returns>
    /// <exception cref="OperationCanceledException">The connection ended by itself.</exception>
    public static async Task<string> WaitForEndAsync(UserIdentity identity, Func<ClusterSnapshot> cluster, TimeProvider time, CancellationToken ended)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(time);
        if (identity.ActiveRequests.Count == 0)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, ended);
        }

        while (true)
        {
            if (cluster().EndedGrant(identity, time.GetUtcNow()) is { } reason)
            {
                return reason;
            }

            await Task.Delay(Period, time, ended);
        }
    }
}
