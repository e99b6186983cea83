using System.Globalization;
using System.Net;
using Teleport.Abstractions.Resources;
using Teleport.Agent;
using Teleport.Node.Connections;
using Teleport.Node.Processes;

namespace Teleport.Node.Sessions;

/// <summary>Makes the whole environment of a session's program; nothing of the node's own gets in.</summary>
internal static class SessionEnvironment
{
    public static IReadOnlyList<KeyValuePair<string, string>> Build(NodeConnection connection, Guid sessionId, SessionRequest request, string? terminal, string? agentSocket)
    {
        LocalUser user = connection.User.Local;
        ClusterSnapshot cluster = connection.Context.Cluster();
        var variables = new Dictionary<string, string>(request.Client.Variables, StringComparer.Ordinal)
        {
            ["USER"] = user.Name,
            ["LOGNAME"] = user.Name,
            ["HOME"] = user.Home,
            ["SHELL"] = user.Shell,
            ["PATH"] = LoginDefinitions.Current.PathOf(user),
            ["MAIL"] = "/var/mail/" + user.Name,
            ["SSH_TELEPORT_USER"] = connection.User.Identity.UserName,
            ["SSH_TELEPORT_CLUSTER_NAME"] = cluster.ClusterName,
            ["SSH_TELEPORT_HOST_UUID"] = connection.Context.Self().Metadata.Name,
            ["SSH_SESSION_ID"] = sessionId.ToString("D"),
            ["TELEPORT_SESSION"] = sessionId.ToString("D"),
        };
        if (connection.Origin.Remote is { } remote)
        {
            IPEndPoint local = connection.Origin.Local;
            variables["SSH_CLIENT"] = string.Create(CultureInfo.InvariantCulture, $"{remote.Address} {remote.Port} {local.Port}");
            variables["SSH_CONNECTION"] = string.Create(CultureInfo.InvariantCulture, $"{remote.Address} {remote.Port} {local.Address} {local.Port}");
        }

        if (WebAddress(cluster) is { } web)
        {
            variables["SSH_SESSION_WEBPROXY_ADDR"] = web;
        }

        if (terminal is not null)
        {
            variables["SSH_TTY"] = terminal;
            variables["TERM"] = request.Term;
        }

        if (agentSocket is not null)
        {
            variables["SSH_AUTH_SOCK"] = agentSocket;
        }

        if (connection.User.ForcedCommand is not null && request.Command is { } original)
        {
            variables["SSH_ORIGINAL_COMMAND"] = original;
        }

        if (Environment.GetEnvironmentVariable("TZ") is { Length: > 0 } zone)
        {
            variables["TZ"] = zone;
        }

        return [.. variables];
    }

    private static string? WebAddress(ClusterSnapshot cluster)
    {
        Server? proxy = cluster.Proxies.Values.MinBy(static server => server.Metadata.Name, StringComparer.Ordinal);
        return proxy is null ? null : proxy.Spec.PublicAddrs is [var known, ..] ? known : proxy.Spec.Addr;
    }
}
