using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using static Teleport.Access.Tests.TestRoles;

namespace Teleport.Access.Tests;

public class ResourceAccessTests
{
    private static bool Allowed(RoleSet roles, string kind, string verb, Dictionary<string, IReadOnlyList<string>>? values = null) =>
        ResourceAccess.Check(Caller.Of(roles.Identity), roles, kind, verb, null, values).IsAllowed;

    [Theory]
    [InlineData("admin", ResourceKinds.User, Verbs.Create, true)]
    [InlineData("admin", ResourceKinds.Token, Verbs.Delete, true)]
    [InlineData("admin", ResourceKinds.CertAuthority, Verbs.Read, false)]
    [InlineData("editor", ResourceKinds.Role, Verbs.Update, true)]
    [InlineData("editor", ResourceKinds.Event, Verbs.List, false)]
    [InlineData("auditor", ResourceKinds.Event, Verbs.List, true)]
    [InlineData("auditor", ResourceKinds.User, Verbs.Read, false)]
    [InlineData("access", ResourceKinds.User, Verbs.Create, false)]
    [InlineData("access", ResourceKinds.Node, Verbs.List, true)]
    [InlineData("access", ResourceKinds.CertAuthority, Verbs.ReadNoSecrets, true)]
    [InlineData("access", ResourceKinds.CertAuthority, Verbs.Read, false)]
    public void Check_PresetRole_HasTheRightsOfItsJob(string role, string kind, string verb, bool allowed) =>
        Assert.Equal(allowed, Allowed(Resolve(PresetRoles.All.Single(r => r.Metadata.Name == role)), kind, verb));

    [Fact]
    public void Check_Where_HoldsForOwnSessionsOnly()
    {
        RoleSet roles = Resolve(PresetRoles.All.Single(static r => r.Metadata.Name == "access"));
        Assert.True(Allowed(roles, ResourceKinds.Session, Verbs.Read, new() { ["session.participants"] = ["bob", "alice"] }));
        Assert.False(Allowed(roles, ResourceKinds.Session, Verbs.Read, new() { ["session.participants"] = ["bob"] }));
        Assert.False(Allowed(roles, ResourceKinds.Session, Verbs.Read));
    }

    [Fact]
    public void H33_DenyRule_WinsOverWildcard()
    {
        Role all = Role("all", new RoleConditions { Rules = [new RoleRule { Resources = ["*"], Verbs = ["*"] }] });
        Role deny = Role("deny", null, new RoleConditions { Rules = [new RoleRule { Resources = ["token"], Verbs = ["delete"] }] });
        Assert.True(Allowed(Resolve(all), "token", "delete"));
        Assert.False(Allowed(Resolve(all, deny), "token", "delete"));
        Assert.True(Allowed(Resolve(all, deny), "token", "create"));
    }

    [Theory]
    [InlineData(SystemRole.Node, ResourceKinds.Role, Verbs.List, true)]
    [InlineData(SystemRole.Node, ResourceKinds.Node, Verbs.List, false)]
    [InlineData(SystemRole.Node, ResourceKinds.User, Verbs.List, false)]
    [InlineData(SystemRole.Node, ResourceKinds.CertAuthority, Verbs.Read, false)]
    [InlineData(SystemRole.Proxy, ResourceKinds.Node, Verbs.List, true)]
    [InlineData(SystemRole.Proxy, ResourceKinds.Token, Verbs.List, false)]
    [InlineData(SystemRole.Proxy, ResourceKinds.Role, Verbs.Update, false)]
    [InlineData(SystemRole.Admin, ResourceKinds.CertAuthority, Verbs.Read, true)]
    public void H26_ServiceRole_ReadsOnlyWhatItNeeds(SystemRole role, string kind, string verb, bool allowed)
    {
        Caller caller = Caller.Of(new HostIdentity { HostId = "h", ClusterName = "lab", Role = role, Expires = DateTimeOffset.MaxValue });
        Assert.Equal(allowed, ResourceAccess.Check(caller, kind, verb).IsAllowed);
    }

    [Fact]
    public void H26_ServiceAsksAsUser_IsDenied()
    {
        RoleSet roles = Resolve(PresetRoles.All[0]);
        Caller host = Caller.Of(new HostIdentity { HostId = "h", ClusterName = "lab", Role = SystemRole.Node, Expires = DateTimeOffset.MaxValue });
        Assert.False(ResourceAccess.Check(host, roles, ResourceKinds.User, Verbs.Create).IsAllowed);
    }
}
