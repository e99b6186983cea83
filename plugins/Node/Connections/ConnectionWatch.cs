using Teleport.Abstractions.Security;
using Teleport.Access;

namespace Teleport.Node.Connections;

/// <summary>Waits for the moment at which a connection has to end: too long idle, or its certificate over.</summary>
internal static class ConnectionWatch
{
    // A timer takes less than 50 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(12);

    /// <summary>Waits for the end.</summary>
    /// <returns>Why it has to end, for user and audit; never returns for a connection without limits.</returns>
    /// <exception cref="OperationCanceledException">The connection ended by itself.</exception>
    public static async Task<string> WaitAsync(SessionPermissions permissions, ActivityMeter activity, TimeProvider time, CancellationToken ended)
    {
        while (true)
        {
            TimeSpan wait = LongestWait;
            if (permissions.DisconnectAt is { } expiry)
            {
                TimeSpan left = expiry - time.GetUtcNow();
                if (left <= TimeSpan.Zero)
                {
                    return $"the certificate expired at {expiry:u}";
                }

                wait = Min(wait, left);
            }

            if (permissions.IdleTimeout is { } limit)
            {
                TimeSpan left = limit - activity.Idle;
                if (left <= TimeSpan.Zero)
                {
                    return $"idle for longer than {Durations.Format(limit)}";
                }

                wait = Min(wait, left);
            }

            // Never early: timers count in milliseconds.
            await Task.Delay(wait + TimeSpan.FromMilliseconds(1), time, ended);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
