using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;

namespace Teleport.Tctl.Tests;

public sealed class RoleEditorsTests
{
    private static readonly Role[] Roles = [Named("admin", "role", "update"), Named("all", "*", "*"), Named("reader", "role", "read"), Named("nodes", "node", "*")];

    [Fact]
    public void Check_LastWhoMayChangeRoles_IsKept()
    {
        User[] users = [Holding("alice", "admin"), Holding("bob", "reader", "nodes")];
        Assert.Equal(ErrorCode.Conflict, Assert.Throws<TeleportException>(() => RoleEditors.Check(Roles, users, ["alice"])).Code);
        RoleEditors.Check(Roles, users, ["bob"]);
        User[] more = [.. users, Holding("carol", "all")];
        RoleEditors.Check(Roles, more, ["alice"]);
        Assert.Throws<TeleportException>(() => RoleEditors.Check(Roles, more, ["alice", "carol"]));
    }

    private static Role Named(string name, string kind, string verb) => new()
    {
        Kind = ResourceKinds.Role, Metadata = new ResourceMetadata { Name = name }, Spec = new RoleSpec { Allow = new RoleConditions { Rules = [new RoleRule { Resources = [kind], Verbs = [verb] }] } },
    };

    private static User Holding(string name, params string[] roles) => new() { Kind = ResourceKinds.User, Metadata = new ResourceMetadata { Name = name }, Spec = new UserSpec { Roles = [.. roles] } };
}
