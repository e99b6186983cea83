using Teleport.Abstractions.Resources;

namespace Teleport.Abstractions.Security;

/// <summary>A user may log in to a node by a login.</summary>
public sealed class NodeGrant : Grant
{
    internal NodeGrant(Caller caller, Server node, string login, SessionPermissions permissions)
        : base(caller) => (Node, Login, Permissions) = (node, login, permissions);

    /// <summary>The node that was checked.</summary>
    public Server Node { get; }

    /// <summary>The login that was checked, byte for byte.</summary>
    public string Login { get; }

    /// <summary>What the session may do and for how long.</summary>
    public SessionPermissions Permissions { get; }
}
