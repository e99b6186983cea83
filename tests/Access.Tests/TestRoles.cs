using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Access.Tests;

/// <summary>Short ways to say who holds which role.</summary>
internal static class TestRoles
{
    public static UserIdentity Identity(params string[] roles) => new()
    {
        UserName = "alice", ClusterName = "lab", Roles = roles, Expires = DateTimeOffset.UnixEpoch.AddYears(100),
        PermitPortForwarding = true, PermitAgentForwarding = true,
        Traits = new Dictionary<string, IReadOnlyList<string>>
        {
            ["logins"] = ["root", "alice"], ["team"] = ["red"], ["evil"] = ["*", "{{internal.logins}}", "^.*$", "$1", ""], ["mail"] = ["alice@example.com"],
        },
    };

    public static Role Role(string name, RoleConditions? allow = null, RoleConditions? deny = null, RoleOptions? options = null, string version = "v7") => new()
    {
        Version = version,
        Metadata = new ResourceMetadata { Name = name },
        Spec = new RoleSpec { Allow = allow ?? new(), Deny = deny ?? new(), Options = options ?? new() },
    };

    public static RoleSet Resolve(params Role[] roles) => Resolve(Identity([.. roles.Select(static r => r.Metadata.Name)]), roles);

    public static RoleSet Resolve(UserIdentity identity, params Role[] roles) =>
        RoleSet.Resolve(identity, name => roles.SingleOrDefault(r => r.Metadata.Name == name));

    public static Dictionary<string, StringList> Labels(string key, params string[] values) => new() { [key] = [.. values] };

    public static Server Node(params (string Key, string Value)[] labels) => new()
    {
        Metadata = new ResourceMetadata { Name = "7f1f4a3e-5a0c-4f4e-9f57-0d2b7a5f0001", Labels = labels.ToDictionary(static l => l.Key, static l => l.Value) },
        Spec = new ServerSpec { Hostname = "web1" },
    };

    public static AccessDecision<NodeGrant> Check(RoleSet roles, Server node, string login) =>
        NodeAccess.Check(Caller.Of(roles.Identity), roles, node, login, new AuthPreferenceSpec(), new NetworkingConfigSpec());
}
