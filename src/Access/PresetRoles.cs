using Teleport.Abstractions.Resources;

namespace Teleport.Access;

/// <summary>Roles that a fresh cluster has. They are created when missing, never over edits.</summary>
public static class PresetRoles
{
    private static readonly StringList Everything = ["*"];

    private static readonly StringList Write = [Verbs.List, Verbs.Create, Verbs.Read, Verbs.Update, Verbs.Delete];

    private static readonly StringList Look = [Verbs.List, Verbs.Read];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Role> All { get; } = [Admin(), Access(), Editor(), Auditor()];

    private static Role Admin() => Create(
        "admin",
        "Logs in everywhere by the logins of the user's traits, and administers the cluster.",
        AccessConditions() with { Rules = [.. EditorRules(), .. AuditorRules()] });

    private static Role Access() => Create(
        "access",
        "Logs in everywhere by the logins of the user's traits, and plays back own sessions.",
        AccessConditions() with
        {
            Rules = [new RoleRule { Resources = [ResourceKinds.Session], Verbs = Look, Where = "contains(session.participants, user.metadata.name)" }],
        });

    private static Role Editor() => Create("editor", "Changes users, roles, tokens and settings.", new RoleConditions { Rules = EditorRules() });

    private static Role Auditor() => Create("auditor", "Reads the audit log and plays back every session.", new RoleConditions { Rules = AuditorRules() });

    private static RoleConditions AccessConditions() => new()
    {
        Logins = ["{{internal.logins}}"],
        NodeLabels = Anything(),
        AppLabels = Anything(),
        KubernetesLabels = Anything(),
        DbLabels = Anything(),
        KubernetesUsers = ["{{internal.kubernetes_users}}"],
        KubernetesGroups = ["{{internal.kubernetes_groups}}"],
        DbNames = ["{{internal.db_names}}"],
        DbUsers = ["{{internal.db_users}}"],
    };

    private static IReadOnlyList<RoleRule> EditorRules() =>
    [
        new RoleRule
        {
            Resources =
            [
                ResourceKinds.User, ResourceKinds.Role, ResourceKinds.Token, ResourceKinds.AuthPreference, ResourceKinds.NetworkingConfig,
                ResourceKinds.RecordingConfig, ResourceKinds.Node,
            ],
            Verbs = Write,
        },
    ];

    private static IReadOnlyList<RoleRule> AuditorRules() => [new RoleRule { Resources = [ResourceKinds.Session, ResourceKinds.Event], Verbs = Look }];

    private static Dictionary<string, StringList> Anything() => new() { ["*"] = Everything };

    private static Role Create(string name, string description, RoleConditions allow) => new()
    {
        Metadata = new ResourceMetadata { Name = name, Description = description },
        Spec = new RoleSpec { Options = new RoleOptions { MaxSessionTtl = "30h", ForwardAgent = true, PortForwarding = true }, Allow = allow },
    };
}
