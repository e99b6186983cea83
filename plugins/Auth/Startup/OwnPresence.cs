using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Storage;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Startup;

/// <summary>Announces this auth server in the cluster, again and again.</summary>
internal sealed partial class OwnPresence(ResourceStore resources, Server server, TimeProvider time, ILogger<OwnPresence> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(10);

    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        Server announced = server with { Metadata = server.Metadata with { Expires = time.GetUtcNow() + Ttl } };
        await resources.Backend.CommitAsync(new BackendCommit([], [ResourceStore.Put(announced)]), cancellationToken);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Period, time, cancellationToken);
            try
            {
                await AnnounceAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            // A supervision boundary: backends are plugins, and the announcement lives for ten periods.
            catch (Exception e)
            {
                LogNotAnnounced(e);
            }
        }
    }

    public async Task WithdrawAsync(CancellationToken cancellationToken) =>
        await resources.Backend.CommitAsync(new BackendCommit([], [BackendOperation.Delete(ResourceStore.KeyOf(server))]), cancellationToken);

    [LoggerMessage(2124, LogLevel.Warning, "This auth server could not announce itself; trying again.")]
    private partial void LogNotAnnounced(Exception exception);
}
