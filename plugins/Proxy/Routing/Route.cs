using Teleport.Abstractions.Security;

namespace Teleport.Proxy.Routing;

/// <summary>Where a client may be connected, as checked.</summary>
internal abstract record Route
{
    private Route()
    {
    }

    /// <summary>To a node of the inventory.</summary>
    public sealed record ToNode(NodeRouteGrant Grant) : Route;

    /// <summary>To a server outside the inventory; the addresses that it has are checked when it is dialled.</summary>
    public sealed record ToUnregistered(string Host, int Port) : Route;

    /// <summary>To an auth server, which asks for proof itself.</summary>
    public sealed record ToAuth : Route;
}
