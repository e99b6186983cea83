using Teleport.Hosting;

namespace Teleport.Host.Running;

/// <summary>Runs a host until a signal ends it.</summary>
internal static class InstanceRunner
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    /// <summary>Starts, waits and stops.</summary>
    /// <returns>0 after a clean stop; 1 when no service could start.</returns>
    public static async Task<int> RunAsync(TeleportHost host, TextWriter errors, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(host.LogState);
        await host.StartAsync(cancellationToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<TimeSpan> stop = signals.FirstAsync(DrainLimit, ended.Token);
        Task<IReadOnlyList<string>> hopeless = host.WaitHopelessAsync(ended.Token);
        if (await Task.WhenAny(stop, hopeless) == hopeless && hopeless.IsCompletedSuccessfully)
        {
            await ended.CancelAsync();
            foreach (string reason in await hopeless)
            {
                await errors.WriteLineAsync($"error: {reason.ReplaceLineEndings(" ")}");
            }

            return 1;
        }

        TimeSpan limit = stop.IsCompletedSuccessfully ? await stop : TimeSpan.Zero;
        await ended.CancelAsync();
        await host.StopAsync(limit, signals.AtOnce);
        return 0;
    }
}
