using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Access;

/// <summary>What each kind of service may read of the cluster's state. Services write nothing by these rights: presence, events and recordings have calls of their own.</summary>
public static class SystemRoleAccess
{
    private static readonly HashSet<string> Common =
    [
        ResourceKinds.CertAuthority, ResourceKinds.Role, ResourceKinds.ClusterName, ResourceKinds.AuthPreference,
        ResourceKinds.NetworkingConfig, ResourceKinds.RecordingConfig, ResourceKinds.Proxy, ResourceKinds.AuthServer,
        // Which grants live on: approved requests without texts, so that live connections end with them.
        ResourceKinds.AccessRequest,
    ];

    /// <summary>Whether a service may; what is not in the table may not.</summary>
    public static bool Allows(SystemRole role, string kind, string verb) => role switch
    {
        SystemRole.Admin => true,
        SystemRole.Auth => IsRead(verb) && (Common.Contains(kind) || kind is ResourceKinds.Node),
        SystemRole.Proxy => IsRead(verb) && (Common.Contains(kind) || kind is ResourceKinds.Node),
        SystemRole.Node or SystemRole.App or SystemRole.Db or SystemRole.Kube or SystemRole.Access => IsRead(verb) && Common.Contains(kind),
        _ => false,
    };

    // Never "read": private keys of authorities stay with the auth service.
    private static bool IsRead(string verb) => verb is Verbs.List or Verbs.ReadNoSecrets;
}
