using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Agent;

namespace Teleport.Proxy.Routing;

/// <summary>Decides where a user may be connected.</summary>
internal sealed class RouteFinder(Func<ClusterSnapshot> cluster, UnregisteredTargets unregistered, TimeProvider time)
{
    private const int SshPort = 22;
    private const int MaxListed = 10;

    /// <summary>Waits, shortly, until the access requests of a fresh certificate have been heard of here.</summary>
    public ValueTask WaitForGrantsAsync(Caller caller, CancellationToken cancellationToken) =>
        caller.User is { ActiveRequests.Count: > 0 } user ? GrantWatch.WaitUntilHeardAsync(user, cluster, time, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Finds where a request leads.</summary>
    /// <param name="caller">The user.</param>
    /// <param name="login">The login of the outer connection, for the message only: the node knows the true one.</param>
    /// <param name="request">What was asked for.</param>
    /// <exception cref="TeleportException">Nowhere; the message is for the user. That a node is missing and that it may not be seen read the same.</exception>
    public Route Find(Caller caller, string login, RouteRequest request)
    {
        UserIdentity user = caller.User ?? throw TeleportException.AccessDenied("only users are connected to nodes");
        ClusterSnapshot snapshot = cluster();
        string wanted = request.Cluster ?? (user.RouteToCluster.Length > 0 ? user.RouteToCluster : snapshot.ClusterName);
        if (wanted != snapshot.ClusterName)
        {
            throw TeleportException.NotFound($"cluster {wanted} not found: this proxy serves the cluster {snapshot.ClusterName}");
        }

        if (user.Expires <= time.GetUtcNow())
        {
            throw new TeleportException(ErrorCode.Unauthenticated, "your certificate has expired since you connected: run tsh login and connect again");
        }

        if (snapshot.EndedGrant(user, time.GetUtcNow()) is { } ended)
        {
            throw TeleportException.AccessDenied(ended);
        }

        if (request.IsAuth)
        {
            return new Route.ToAuth();
        }

        RoleSet roles = RoleSet.Resolve(user, snapshot.FindRole);
        IReadOnlyList<Server> found = NodeResolver.Find(
            snapshot.Nodes, node => NodeAccess.CanSee(roles, node), snapshot.ClusterName, request.Host, request.Port);
        return found.Count switch
        {
            1 => new Route.ToNode(NodeAccess.CheckRoute(caller, roles, found[0], snapshot.AuthPreference, snapshot.Networking).Require()),
            0 => Outside(request) ?? throw Unknown(user, login, request, snapshot),
            _ => throw Ambiguous(request, found),
        };
    }

    private Route.ToUnregistered? Outside(RouteRequest request)
    {
        int port = request.Port == 0 ? SshPort : request.Port;
        return unregistered.MayLookUp(request.Host, port) ? new Route.ToUnregistered(request.Host, port) : null;
    }

    private static TeleportException Unknown(UserIdentity user, string login, RouteRequest request, ClusterSnapshot snapshot)
    {
        string held = user.Roles.Count == 0 ? "no roles" : $"the roles {string.Join(", ", user.Roles)}";
        return TeleportException.NotFound(
            $"access denied to {login} connecting to {request.Host} on cluster {snapshot.ClusterName}: there is no such node, " +
            $"or none of your roles covers it (you hold {held}). List what you may use: tsh ls");
    }

    private static TeleportException Ambiguous(RouteRequest request, IReadOnlyList<Server> found)
    {
        IEnumerable<string> lines = found.Take(MaxListed).Select(static n =>
            $"  {n.Metadata.Name}  {n.Spec.Hostname}  {(n.Spec.UseTunnel ? "(tunnel)" : n.Spec.Addr)}");
        string more = found.Count > MaxListed ? $"\n  and {found.Count - MaxListed} more" : "";
        return TeleportException.Conflict(
            $"ambiguous host {request.Host}: {found.Count} nodes have this name or address. Connect by one of these ids:\n{string.Join('\n', lines)}{more}");
    }
}
