using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Abstractions.Configuration;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Startup;

/// <summary>Addresses under which proxies and auth servers announce that they can be reached.</summary>
internal sealed class AnnouncedAddresses(ResourceStore resources)
{
    /// <summary>Web addresses of proxies, <c>host:port</c>, public ones before others.</summary>
    public ValueTask<IReadOnlyList<string>> ProxiesAsync(CancellationToken cancellationToken) =>
        ListAsync(ResourceKinds.Proxy, AuthProtocol.DefaultProxyPort, cancellationToken);

    /// <summary>Addresses of auth servers, <c>host:port</c>.</summary>
    public ValueTask<IReadOnlyList<string>> AuthServersAsync(CancellationToken cancellationToken) =>
        ListAsync(ResourceKinds.AuthServer, AuthProtocol.DefaultPort, cancellationToken);

    private async ValueTask<IReadOnlyList<string>> ListAsync(string kind, int defaultPort, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (Server server in await resources.ListAllAsync<Server>(kind, cancellationToken))
        {
            string? address = server.Spec.PublicAddrs is { Count: > 0 } named ? named[0] : server.Spec.Addr;
            if (NetworkAddress.TryParse(address, out NetworkAddress? parsed))
            {
                found.Add(parsed.WithDefaultPort(defaultPort).ToHostPort());
            }
        }

        return [.. found.Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
