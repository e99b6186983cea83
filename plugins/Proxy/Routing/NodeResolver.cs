using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;

namespace Teleport.Proxy.Routing;

/// <summary>Finds nodes by the names that people and programs use for them. Pure.</summary>
internal static class NodeResolver
{
    private const int SshPort = 22;
    private const int NodePort = 3022;

    /// <summary>The nodes that a name stands for, of those that may be seen: none, one, or several that cannot be told apart.</summary>
    /// <param name="nodes">All nodes by host id.</param>
    /// <param name="mayBeSeen">Whether the one who asks may know of a node. What they may not see does not even make a name ambiguous.</param>
    /// <param name="clusterName">The cluster, which may follow the name after a dot.</param>
    /// <param name="host">A host id, a host name, or an address or public address.</param>
    /// <param name="port">Must be the node's, unless the node is reached through its tunnel. 0, 22 and 3022, which clients write by themselves, fit any.</param>
    public static IReadOnlyList<Server> Find(
        IReadOnlyDictionary<string, Server> nodes, Func<Server, bool> mayBeSeen, string clusterName, string host, int port)
    {
        foreach (string name in NamesOf(host, clusterName))
        {
            // An id is never another node's host name, whatever that node says of itself.
            if (Guid.TryParseExact(name, "D", out _))
            {
                return nodes.TryGetValue(name.ToLowerInvariant(), out Server? node) && mayBeSeen(node) ? [node] : [];
            }

            Server[] matches = [.. nodes.Values.Where(n => IsCalled(n, name) && mayBeSeen(n))];
            Server[] chosen = Choose(matches, port);
            if (chosen.Length > 0)
            {
                return chosen;
            }
        }

        return [];
    }

    private static IEnumerable<string> NamesOf(string host, string clusterName)
    {
        yield return host;
        string suffix = "." + clusterName;
        if (host.Length > suffix.Length && host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
        {
            yield return host[..^suffix.Length];
        }
    }

    private static bool IsCalled(Server node, string name) =>
        string.Equals(node.Spec.Hostname, name, StringComparison.OrdinalIgnoreCase)
        || AddressesOf(node).Any(a => string.Equals(a.Host, name, StringComparison.OrdinalIgnoreCase));

    private static Server[] Choose(Server[] matches, int port)
    {
        Server[] tunnels = [.. matches.Where(static n => n.Spec.UseTunnel)];
        Server[] exact = [.. matches.Where(n => !n.Spec.UseTunnel && AddressesOf(n).Any(a => a.Port == port))];
        return exact.Length > 0 ? [.. exact, .. tunnels]
            : port is 0 or SshPort or NodePort ? matches
            : tunnels;
    }

    private static IEnumerable<NetworkAddress> AddressesOf(Server node)
    {
        foreach (string text in (node.Spec.PublicAddrs ?? []).Append(node.Spec.Addr))
        {
            if (text.Length > 0 && NetworkAddress.TryParse(text, out NetworkAddress? address))
            {
                yield return address.WithDefaultPort(NodePort);
            }
        }
    }
}
