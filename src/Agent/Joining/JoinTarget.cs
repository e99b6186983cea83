using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Security;
using Teleport.Api;

namespace Teleport.Agent.Joining;

/// <summary>Where to join, with what to prove the right to, and what to expect there.</summary>
/// <param name="Addresses">Addresses in order of preference, each with its ways in order.</param>
/// <param name="Token">The token, or <c>null</c>.</param>
/// <param name="Pins">Expected pins; empty: any authority is taken, loudly.</param>
/// <param name="ClusterName">The cluster, where it is known beforehand.</param>
internal sealed record JoinTarget(IReadOnlyList<AuthEndpoint> Addresses, Secret? Token, IReadOnlyList<string> Pins, string? ClusterName)
{
    private static readonly int[] WebPorts = [443, 3080];

    /// <summary>What the configuration says; the auth role of this process where it says nothing.</summary>
    public static async Task<JoinTarget> OfAsync(InstanceOptions instance, IRendezvous rendezvous, CancellationToken cancellationToken)
    {
        if (instance.AuthServers.Count == 0 && rendezvous.IsEnabled("auth"))
        {
            LocalAuthOffer offer = await rendezvous.WaitAsync<LocalAuthOffer>(cancellationToken);
            var address = new NetworkAddress(offer.EndPoint.Address.ToString(), offer.EndPoint.Port);
            return new JoinTarget([new AuthEndpoint(address, AuthRoute.Direct, "")], offer.JoinToken, offer.CaPins, offer.ClusterName);
        }

        IEnumerable<NetworkAddress> servers = instance.AuthServers.Count > 0
            ? instance.AuthServers
            : [new NetworkAddress("127.0.0.1", AuthProtocol.DefaultPort)];
        return new JoinTarget(WaysTo(servers), instance.AuthToken, instance.CaPins, null);
    }

    /// <summary>The ways to each address: its port tells what it is likely to be, and the other way is tried after it.</summary>
    public static IReadOnlyList<AuthEndpoint> WaysTo(IEnumerable<NetworkAddress> addresses) => [.. addresses.SelectMany(static address =>
    {
        bool isWeb = address.Scheme == "https" || (address.Port is { } port && WebPorts.Contains(port));
        NetworkAddress plain = address with { Scheme = null, Port = address.Port ?? (address.Scheme == "https" ? 443 : null) };
        AuthRoute[] routes = isWeb ? [AuthRoute.ThroughProxy, AuthRoute.Direct] : [AuthRoute.Direct, AuthRoute.ThroughProxy];
        // An address without a port has the default of the first way only: trying the other one means trying another port.
        return (plain.Port is null ? routes[..1] : routes).Select(route => new AuthEndpoint(plain, route, ""));
    })];

    /// <summary>How to dial an endpoint: by its own address, or by others of its kind while that is down. <c>null</c>: there are none.</summary>
    public Func<NetworkAddress, CancellationToken, ValueTask<Stream>>? DialerOf(AuthEndpoint endpoint)
    {
        NetworkAddress[] others =
        [
            .. Addresses.Where(other => other.Route == endpoint.Route).Select(static other => other.AddressWithPort).Where(other => other != endpoint.AddressWithPort).Distinct(),
        ];
        return others.Length == 0 ? null : new AddressRotation([endpoint.AddressWithPort, .. others]).DialAsync;
    }
}
