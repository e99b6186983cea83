using System.Net;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Joining;

/// <summary>Under which names a host may present itself.</summary>
/// <remarks>
/// Its id is its own. Beyond that: names that could stand for something else than a host (wildcards, the cluster, auth servers, ids of
/// others) are an error. Names that another live server announces stay that server's: they are left out, and so are loopback names, except
/// for a host that joins from loopback. Leaving out is no error, for names of hosts need not be unique and machines are replaced.
/// </remarks>
internal sealed class HostNames(ResourceStore resources)
{
    private const int MaxNames = 32;
    private const int MaxLength = 253;
    private static readonly string[] AnnouncedKinds = [ResourceKinds.Node, ResourceKinds.Proxy, ResourceKinds.AuthServer];

    /// <summary>The names of a certificate: what the host asked for, as far as it may have them.</summary>
    public async ValueTask<GrantedNames> DecideAsync(HostNamesRequest request, CancellationToken cancellationToken)
    {
        string[] wished =
        [
            .. request.Wished.Prepend(request.NodeName).Concat(request.Present).Where(static n => n.Length > 0).Select(Normalize).Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        if (wished.Length > MaxNames)
        {
            throw TeleportException.Limit($"A host may have at most {MaxNames} names; {wished.Length} were asked for.");
        }

        foreach (string name in wished)
        {
            RequireSound(name, request);
        }

        HashSet<string> taken = await TakenAsync(request, cancellationToken);
        string suffix = "." + request.ClusterName;
        var names = new List<string> { request.HostId, request.HostId + suffix };
        if (request.Role == SystemRole.Proxy)
        {
            names.Add(AuthProtocol.ProxyName(request.ClusterName));
        }

        foreach (string name in wished)
        {
            string bare = name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? name[..^suffix.Length] : name;
            if (IsCluster(name, request))
            {
                // A machine that is called as its cluster is called host.cluster in full, never like the cluster alone.
                names.Add(name + suffix);
                continue;
            }

            if (taken.Contains(bare) || taken.Contains(name) || (IsLoopback(bare) && !request.IsFromLoopback))
            {
                continue;
            }

            names.Add(name);
            if (string.Equals(name, Normalize(request.NodeName), StringComparison.OrdinalIgnoreCase) && !name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                names.Add(name + suffix);
            }
        }

        return new GrantedNames([.. names.Distinct(StringComparer.OrdinalIgnoreCase)]);
    }

    private static void RequireSound(string name, HostNamesRequest request)
    {
        string suffix = "." + request.ClusterName;
        string bare = name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? name[..^suffix.Length] : name;
        string? mistake = name switch
        {
            _ when IPAddress.TryParse(name, out _) => null,
            _ when name.Length > MaxLength || name[0] is '-' or '.' || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') =>
                "is no host name",
            _ when IsCluster(name, request) && !IsCalledAsCluster(request) => "is the name of the cluster",
            _ when name.Equals(AuthProtocol.ServerNameSuffix, StringComparison.OrdinalIgnoreCase)
                || name.EndsWith("." + AuthProtocol.ServerNameSuffix, StringComparison.OrdinalIgnoreCase) => "belongs to auth servers",
            _ when string.Equals(name, AuthProtocol.ProxyName(request.ClusterName), StringComparison.OrdinalIgnoreCase) && request.Role != SystemRole.Proxy =>
                "belongs to proxies",
            _ when Guid.TryParse(bare, out _) && !string.Equals(bare, request.HostId, StringComparison.OrdinalIgnoreCase) => "is the id of another host",
            _ => null,
        };
        if (mistake is not null)
        {
            throw TeleportException.Invalid($"The name \"{Shorten(name)}\" {mistake}, so it is not put into a host certificate.");
        }
    }

    private static bool IsCluster(string name, HostNamesRequest request) => name.Equals(request.ClusterName, StringComparison.OrdinalIgnoreCase);

    // By its name when it joins; by the certificate that it got then, when it renews.
    private static bool IsCalledAsCluster(HostNamesRequest request) =>
        IsCluster(Normalize(request.NodeName), request)
        || request.Present.Contains($"{request.ClusterName}.{request.ClusterName}", StringComparer.OrdinalIgnoreCase);

    private async ValueTask<HashSet<string>> TakenAsync(HostNamesRequest request, CancellationToken cancellationToken)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string kind in AnnouncedKinds)
        {
            // Proxies of a cluster share their public names: they are one service.
            if (kind == ResourceKinds.Proxy && request.Role == SystemRole.Proxy)
            {
                continue;
            }

            foreach (Server server in await resources.ListAllAsync<Server>(kind, cancellationToken))
            {
                if (!string.Equals(server.Metadata.Name, request.HostId, StringComparison.OrdinalIgnoreCase))
                {
                    taken.UnionWith(NamesOf(server));
                }
            }
        }

        return taken;
    }

    private static IEnumerable<string> NamesOf(Server server)
    {
        if (server.Spec.Hostname.Length > 0)
        {
            yield return Normalize(server.Spec.Hostname);
        }

        foreach (string? address in (string?[])[.. server.Spec.PublicAddrs ?? [], server.Spec.TunnelAddr, server.Spec.SshAddr])
        {
            // An address that every host has for itself is nobody's own.
            if (NetworkAddress.TryParse(address, out NetworkAddress? parsed) && !IsLoopback(parsed.Host))
            {
                yield return Normalize(parsed.Host);
            }
        }
    }

    private static bool IsLoopback(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address));

    // A trailing dot names the same host.
    private static string Normalize(string name) => name.Trim().TrimEnd('.');

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "...";
}

/// <summary>What a host wishes to be called.</summary>
internal sealed record HostNamesRequest(
    string HostId, string ClusterName, SystemRole Role, string NodeName, IReadOnlyList<string> Wished, bool IsFromLoopback)
{
    /// <summary>Names of the certificate that is renewed: they were sound once, and stay unless another server announces them.</summary>
    public IReadOnlyList<string> Present { get; init; } = [];
}

/// <summary>The names that go into certificates: for SSH as principals, for TLS as alternative names.</summary>
internal sealed record GrantedNames(IReadOnlyList<string> All)
{
    public IReadOnlyList<string> Dns => [.. All.Where(static n => !IPAddress.TryParse(n, out _))];

    public IReadOnlyList<IPAddress> Addresses => [.. All.Select(static n => IPAddress.TryParse(n, out IPAddress? a) ? a : null).OfType<IPAddress>()];
}
