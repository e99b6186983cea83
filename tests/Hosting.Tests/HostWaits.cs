using Teleport.Hosting.Supervision;

namespace Teleport.Hosting.Tests;

/// <summary>Waits of tests, each with a limit.</summary>
internal static class HostWaits
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task UntilAsync(TeleportHost host, string role, RoleState state)
    {
        using var limit = new CancellationTokenSource(Limit);
        await host.Board.WaitAsync(roles => roles.Any(r => r.Name == role && r.State == state), limit.Token);
    }

    public static async Task<T> WithinLimitAsync<T>(Task<T> task) => await task.WaitAsync(Limit);

    public static Task WithinLimitAsync(Task task) => task.WaitAsync(Limit);
}
