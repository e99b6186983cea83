using Teleport.Abstractions.Resources;

namespace Teleport.Abstractions.Security;

/// <summary>A user may be connected to a node. Which login they may use there, the node itself decides.</summary>
public sealed class NodeRouteGrant : Grant
{
    internal NodeRouteGrant(Caller caller, Server node, SessionPermissions permissions)
        : base(caller) => (Node, Permissions) = (node, permissions);

    /// <summary>The node that was checked.</summary>
    public Server Node { get; }

    /// <summary>What connections of the user may do and for how long, before the node looks closer.</summary>
    public SessionPermissions Permissions { get; }
}
