using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using static Teleport.Access.Tests.TestRoles;

namespace Teleport.Access.Tests;

public class NodeAccessTests
{
    private static readonly RoleConditions Dev = new() { Logins = ["{{internal.logins}}", "ubuntu"], NodeLabels = Labels("env", "dev", "test") };

    [Theory]
    [InlineData("root", "dev", true)]
    [InlineData("ubuntu", "test", true)]
    [InlineData("root", "prod", false)]
    [InlineData("bob", "dev", false)]
    [InlineData("Root", "dev", false)]
    [InlineData("root ", "dev", false)]
    [InlineData("root\0", "dev", false)]
    [InlineData("", "dev", false)]
    public void Check_LoginAndLabels_BothMustMatch(string login, string env, bool allowed) =>
        Assert.Equal(allowed, Check(Resolve(Role("dev", Dev)), Node(("env", env)), login).IsAllowed);

    [Fact]
    public void Check_LoginAndLabelsFromDifferentRoles_IsDenied()
    {
        RoleSet roles = Resolve(
            Role("labels", new RoleConditions { NodeLabels = Labels("*", "*") }),
            Role("logins", new RoleConditions { Logins = ["root"], NodeLabels = Labels("env", "dev") }));
        Assert.True(Check(roles, Node(("env", "dev")), "root").IsAllowed);
        Assert.False(Check(roles, Node(("env", "prod")), "root").IsAllowed);
    }

    [Theory]
    [InlineData("root", null)]
    [InlineData("*", null)]
    [InlineData(null, "dev")]
    [InlineData(null, "d*")]
    [InlineData(null, "^d.v$")]
    public void H33_DenyHalf_WinsOverEveryAllow(string? login, string? env)
    {
        var deny = new RoleConditions { Logins = login is null ? null : [login], NodeLabels = env is null ? null : Labels("env", env) };
        Role everything = Role("all", new RoleConditions { Logins = ["root"], NodeLabels = Labels("*", "*") });
        Assert.True(Check(Resolve(everything), Node(("env", "dev")), "root").IsAllowed);
        Assert.False(Check(Resolve(everything, Role("deny", null, deny)), Node(("env", "dev")), "root").IsAllowed);
    }

    [Theory]
    [InlineData("dev", "dev", true)]
    [InlineData("dev", "Dev", false)]
    [InlineData("dev", "dev ", false)]
    [InlineData("stag*", "staging", true)]
    [InlineData("stag*", "mystaging", false)]
    [InlineData("*ing", "staging", true)]
    [InlineData("^st(age|g)$", "stage", true)]
    [InlineData("^st(age|g)$", "xstage", false)]
    [InlineData("^a|b$", "xb", false)]
    [InlineData("^stage$", "stage\n", false)]
    [InlineData("st.ge", "stage", false)]
    [InlineData("*", "anything", true)]
    [InlineData("**", "anything", true)]
    public void H33_LabelPattern_MatchesTheWholeValueOnly(string pattern, string value, bool matches)
    {
        RoleSet roles = Resolve(Role("r", new RoleConditions { Logins = ["root"], NodeLabels = Labels("env", pattern) }));
        Assert.Equal(matches, Check(roles, Node(("env", value)), "root").IsAllowed);
    }

    [Fact]
    public void H33_EmptyLabelMap_MatchesNothing()
    {
        Assert.False(Check(Resolve(Role("r", new RoleConditions { Logins = ["root"] })), Node(), "root").IsAllowed);
        Assert.False(Check(Resolve(Role("r", new RoleConditions { Logins = ["root"], NodeLabels = new Dictionary<string, StringList>() })), Node(), "root").IsAllowed);
        Assert.True(Check(Resolve(Role("r", new RoleConditions { Logins = ["root"] }, version: "v3")), Node(), "root").IsAllowed);
        Assert.False(Check(Resolve(Role("r", new RoleConditions { Logins = ["root"], NodeLabels = Labels("env", "*") })), Node(), "root").IsAllowed);
    }

    [Fact]
    public void H34_TraitValuesThatLookLikePatterns_AreTakenLiterally()
    {
        RoleSet roles = Resolve(Role("r", new RoleConditions { Logins = ["root", "{{external.evil}}"], NodeLabels = Labels("env", "{{external.evil}}") }));
        Assert.False(Check(roles, Node(("env", "prod")), "root").IsAllowed);
        Assert.False(Check(roles, Node(("env", "")), "root").IsAllowed);
        Assert.True(Check(roles, Node(("env", "*")), "root").IsAllowed);
        Assert.Equal(["root"], Logins.AllowedBy(roles));
    }

    [Fact]
    public void H34_MissingTrait_GrantsNothing()
    {
        RoleSet roles = Resolve(Role("r", new RoleConditions { Logins = ["root"], NodeLabels = Labels("env", "{{external.nosuch}}") }));
        Assert.False(Check(roles, Node(("env", "")), "root").IsAllowed);
        Assert.False(Check(roles, Node(), "root").IsAllowed);
    }

    [Fact]
    public void H10_InternalPrincipal_IsNeverALogin()
    {
        RoleSet roles = Resolve(Role("r", new RoleConditions { Logins = ["-teleport-nologin-1", "root"], NodeLabels = Labels("*", "*") }));
        Assert.False(Check(roles, Node(), "-teleport-nologin-1").IsAllowed);
        Assert.True(Check(roles, Node(), "root").IsAllowed);
    }

    [Fact]
    public void Check_UnknownRole_GrantsNothingAndIsExplained()
    {
        AccessDecision<NodeGrant> decision = Check(Resolve(Identity("ghost")), Node(), "root");
        Assert.False(decision.IsAllowed);
        Assert.Contains(decision.Explanation, static line => line.Contains("ghost", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_BrokenStoredRole_DeniesEverything()
    {
        Role good = Role("good", new RoleConditions { Logins = ["root"], NodeLabels = Labels("*", "*") });
        Role broken = Role("broken", new RoleConditions { Logins = ["{{external.x"] });
        Assert.True(Check(Resolve(good), Node(), "root").IsAllowed);
        Assert.False(Check(Resolve(good, broken), Node(), "root").IsAllowed);
    }

    [Fact]
    public void Require_Denied_SaysWhoWhereAndWhatNext()
    {
        AccessDecision<NodeGrant> decision = Check(Resolve(Role("dev", Dev)), Node(("env", "dev")), "admin");
        TeleportException error = Assert.Throws<TeleportException>(decision.Require);
        Assert.Equal(ErrorCode.AccessDenied, error.Code);
        Assert.StartsWith("access denied to admin connecting to web1 on cluster lab", error.Message, StringComparison.Ordinal);
        Assert.Contains("alice, root, ubuntu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_RolesOfSomebodyElse_IsDenied()
    {
        RoleSet roles = Resolve(Role("dev", Dev));
        Caller other = Caller.Of(roles.Identity with { UserName = "mallory" });
        Assert.False(NodeAccess.Check(other, roles, Node(("env", "dev")), "root", new(), new()).IsAllowed);
    }

    [Fact]
    public void Check_Options_AreCombinedStrictly()
    {
        RoleSet roles = Resolve(
            Role("a", new RoleConditions { Logins = ["root"], NodeLabels = Labels("*", "*") }, options: new RoleOptions { ClientIdleTimeout = "30m", MaxSessions = 5, PortForwarding = false }),
            Role("b", options: new RoleOptions { ClientIdleTimeout = "10m", MaxSessions = 2, DisconnectExpiredCert = true, SshFileCopy = false, ForwardAgent = true }));
        SessionPermissions permissions = Check(roles, Node(), "root").Require().Permissions;
        Assert.Equal(TimeSpan.FromMinutes(10), permissions.IdleTimeout);
        Assert.Equal(2, permissions.MaxSessions);
        Assert.Equal(roles.Identity.Expires, permissions.DisconnectAt);
        Assert.False(permissions.FileCopy);
        Assert.True(permissions.AgentForwarding);
        Assert.True(permissions.PortForwarding);
    }

    [Fact]
    public void Check_CertificateWithoutForwarding_RolesCannotGiveItBack()
    {
        Role role = Role("r", new RoleConditions { Logins = ["root"], NodeLabels = Labels("*", "*") }, options: new RoleOptions { ForwardAgent = true });
        RoleSet roles = Resolve(Identity("r") with { PermitAgentForwarding = false, PermitPortForwarding = false }, role);
        SessionPermissions permissions = Check(roles, Node(), "root").Require().Permissions;
        Assert.False(permissions.AgentForwarding);
        Assert.False(permissions.PortForwarding);
    }
}
