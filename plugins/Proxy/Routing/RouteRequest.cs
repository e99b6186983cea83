using System.Diagnostics.CodeAnalysis;
using Teleport.Abstractions.Configuration;

namespace Teleport.Proxy.Routing;

/// <summary>Where a client wants to be connected.</summary>
/// <param name="Host">Name, address or id of a node; empty: an auth server.</param>
/// <param name="Port">The port; 0: whichever it is.</param>
/// <param name="Cluster">The cluster; <c>null</c>: the one of the client's certificate.</param>
internal sealed record RouteRequest(string Host, int Port, string? Cluster)
{
    private const string Prefix = "proxy:";
    private const int MaxClusterLength = 255;

    /// <summary>Whether an auth server is meant.</summary>
    public bool IsAuth => Host.Length == 0;

    /// <summary>Reads the name of a subsystem: <c>proxy:host:port</c>, then perhaps <c>@cluster</c> or <c>@namespace@cluster</c>; without a host, an auth server.</summary>
    public static bool TryParseSubsystem(string subsystem, [NotNullWhen(true)] out RouteRequest? request)
    {
        request = null;
        if (!subsystem.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        string[] parts = subsystem[Prefix.Length..].Split('@');
        string? cluster = parts.Length > 1 && parts[^1].Length > 0 ? parts[^1] : null;
        // There is one namespace, for the sake of older clients.
        if (parts.Length > 3 || (parts.Length == 3 && parts[1] is not ("" or "default")) || cluster?.Length > MaxClusterLength)
        {
            return false;
        }

        if (parts[0].Length == 0)
        {
            request = parts.Length > 1 ? new RouteRequest("", 0, cluster) : null;
            return request is not null;
        }

        return TryParseTarget(parts[0], cluster, out request);
    }

    /// <summary>Makes a request of what a <c>direct-tcpip</c> channel names.</summary>
    public static bool TryCreate(string host, uint port, [NotNullWhen(true)] out RouteRequest? request)
    {
        request = null;
        bool good = port <= 65535 && host.Length > 0 && NetworkAddress.TryParse(host, out NetworkAddress? address)
            && address is { Port: null, Scheme: null } && address.Host == host;
        if (good)
        {
            request = new RouteRequest(host, (int)port, null);
        }

        return good;
    }

    private static bool TryParseTarget(string target, string? cluster, [NotNullWhen(true)] out RouteRequest? request)
    {
        request = null;
        // Clients append the port to an IPv6 address without brackets.
        int colon = target.LastIndexOf(':');
        string text = colon > 0 && target.IndexOf(':', StringComparison.Ordinal) != colon && target[0] != '['
            ? $"[{target[..colon]}]{target[colon..]}"
            : target;
        if (!NetworkAddress.TryParse(text, out NetworkAddress? address) || address.Scheme is not null || address.Host.Length == 0)
        {
            return false;
        }

        request = new RouteRequest(address.Host, address.Port ?? 0, cluster);
        return true;
    }
}
