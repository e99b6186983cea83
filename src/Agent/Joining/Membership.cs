using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Cluster.V1;

namespace Teleport.Agent.Joining;

/// <summary>Takes up the membership that is stored in the data folder, or begins one.</summary>
internal sealed partial class Membership(JoinTarget target, Joiner joiner, IdentityStore store, TimeProvider time, ILogger logger)
{
    /// <summary>Tries until it succeeds or is told to stop.</summary>
    /// <param name="stored">The stored identity, or <c>null</c>.</param>
    /// <param name="cancellationToken">Stops trying.</param>
    /// <exception cref="TeleportException">Joining was refused, which trying again would not mend.</exception>
    public async Task<(HostCredentials Credentials, AuthEndpoint Endpoint)> EnterAsync(HostCredentials? stored, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(time);
        while (true)
        {
            try
            {
                return IsOfTarget(stored) ? (stored!, await FindWayAsync(stored!, cancellationToken)) : await JoinAsync(cancellationToken);
            }
            catch (TeleportException e) when (e.Code is ErrorCode.Unavailable or ErrorCode.Limit)
            {
                LogWaiting(e.Message);
                await backoff.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Joins with the token, whatever is stored.</summary>
    public async Task<(HostCredentials Credentials, AuthEndpoint Endpoint)> JoinAsync(CancellationToken cancellationToken)
    {
        (HostCredentials credentials, AuthEndpoint endpoint) = await joiner.JoinAsync(target, cancellationToken);
        store.Save(credentials);
        return (credentials, endpoint);
    }

    // The cluster was made anew, or this host is to join another one: a stored identity is of no use there.
    private bool IsOfTarget(HostCredentials? stored) =>
        stored is not null
        && (target.ClusterName is null || target.ClusterName == stored.Identity.ClusterName)
        && (target.Pins.Count == 0 || stored.IsPinned(target.Pins));

    /// <summary>Finds the way to the cluster on which the stored identity is accepted.</summary>
    private async Task<AuthEndpoint> FindWayAsync(HostCredentials stored, CancellationToken cancellationToken)
    {
        TeleportException? failure = null;
        foreach (AuthEndpoint way in target.Addresses)
        {
            AuthEndpoint endpoint = way with { ClusterName = stored.Identity.ClusterName };
            await using AuthClient client = AuthClient.Create(endpoint, stored.Tls, stored.TlsRoots);
            try
            {
                await client.Cluster.PingAsync(new PingRequest(), cancellationToken: cancellationToken);
                return endpoint;
            }
            // A refusal by the cluster itself says more than that another way does not lead there.
            catch (TeleportException e)
            {
                failure = failure is null || (failure.Code == ErrorCode.Unavailable && e.Code != ErrorCode.Unavailable) ? e : failure;
            }
        }

        throw failure ?? TeleportException.Invalid("There is no auth server or proxy to reach the cluster by. Set teleport.auth_servers, or --auth-server.");
    }

    [LoggerMessage(1102, LogLevel.Warning, "The cluster cannot be reached yet: {Reason} It is tried again.")]
    private partial void LogWaiting(string reason);
}
