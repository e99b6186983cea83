using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Resources;
using Teleport.Auth.Audit;
using Teleport.Auth.Stores;
using Teleport.Auth.Watching;

namespace Teleport.Auth.Requests;

/// <summary>Removes requests whose time is over. Every auth server tries; the one that deletes puts it on record.</summary>
internal sealed partial class RequestExpiry(AccessRequestStore requests, WatchHub hub, AuditPipeline audit, TimeProvider time, ILogger<RequestExpiry> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Period, time, cancellationToken);
            try
            {
                await SweepAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            // A supervision boundary: backends are plugins. Nobody uses an expired request meanwhile, every reader looks at the time.
            catch (Exception e)
            {
                LogFailed(e);
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (AccessRequest request in hub.Snapshot(ResourceKinds.AccessRequest).Select(AccessRequestStore.Read).Where(r => !requests.IsLive(r)))
        {
            if (!await requests.TryDeleteAsync(request, cancellationToken))
            {
                continue;
            }

            await audit.EmitAsync(new AccessRequestExpiredEvent
            {
                Name = request.Metadata.Name,
                Requester = request.Spec.User,
                Roles = request.Spec.Roles,
                State = RequestEvents.State(request),
                ResourceExpiry = request.Metadata.Expires,
            });
        }
    }

    [LoggerMessage(2130, LogLevel.Warning, "Expired access requests could not be removed; trying again.")]
    private partial void LogFailed(Exception exception);
}
