using Teleport.Abstractions.Configuration;
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

    /// <summary>The ways to each address: its port tells what it is likely to be, and the other way is tried after it.</summary>
    public static IReadOnlyList<AuthEndpoint> WaysTo(IEnumerable<NetworkAddress> addresses) => [.. addresses.SelectMany(static address =>
    {
        bool isWeb = address.Scheme == "https" || (address.Port is { } port && WebPorts.Contains(port));
        NetworkAddress plain = address with { Scheme = null, Port = address.Port ?? (address.Scheme == "https" ? 443 : null) };
        AuthRoute[] routes = isWeb ? [AuthRoute.ThroughProxy, AuthRoute.Direct] : [AuthRoute.Direct, AuthRoute.ThroughProxy];
        // An address without a port has the default of the first way only: trying the other one means trying another port.
        return (plain.Port is null ? routes[..1] : routes).Select(route => new AuthEndpoint(plain, route, ""));
    })];
}
