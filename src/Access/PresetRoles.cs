using Teleport.Abstractions.Resources;

namespace Teleport.Access;

/// <summary>Roles that a fresh cluster has. They are created when missing, never over edits.</summary>
public static class PresetRoles
{
    private static readonly StringList Everything = ["*"];

    private static readonly StringList Write = [Verbs.List, Verbs.Create, Verbs.Read, Verbs.Update, Verbs.Delete];

    private static readonly StringList Look = [Verbs.List, Verbs.Read];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Role> All { get; } = 
        [Admin(), Access(), Editor(), Auditor(), Requester(), Reviewer(), AccessPlugin(), AccessPluginWithReview()];

    private static Role Admin() => Create(
        "admin",
        "Logs in everywhere by the logins of the user's traits, and administers the cluster.",
        AccessConditions() with { Rules = [.. EditorRules(), .. AuditorRules(), new RoleRule { Resources = [ResourceKinds.AccessRequest], Verbs = Write }] });

    private static Role Access() => Create(
        "access",
        "Logs in everywhere by the logins of the user's traits, and plays back own sessions.",
        AccessConditions() with
        {
            Rules = [new RoleRule { Resources = [ResourceKinds.Session], Verbs = Look, Where = "contains(session.participants, user.metadata.name)" }],
        });

    private static Role Editor() => Create("editor", "Changes users, roles, tokens and settings.", new RoleConditions { Rules = EditorRules() });

    private static Role Auditor() => Create("auditor", "Reads the audit log and plays back every session.", new RoleConditions { Rules = AuditorRules() });

    private static Role Requester() => Create(
        "requester", "Asks for the role access.", new RoleConditions { Request = new RequestConditions { Roles = ["access"] } });

    private static Role Reviewer() => Create(
        "reviewer", "Reviews requests for the role access.", new RoleConditions { ReviewRequests = new ReviewConditions { Roles = ["access"], PreviewAsRoles = ["access"] } });

    private static Role AccessPlugin() => CreateForPlugin(
        "access-plugin", "What an access plugin needs to tell of requests.", new RoleConditions { Rules = PluginRules([Verbs.Read]) });

    private static Role AccessPluginWithReview() => CreateForPlugin(
        "access-plugin-with-review",
        "What an access plugin needs to tell of requests, and to send in the reviews of people.",
        new RoleConditions { Rules = PluginRules(Look), ReviewRequests = new ReviewConditions { SubmitForUsers = ["*"] } });

    private static IReadOnlyList<RoleRule> PluginRules(StringList userVerbs) =>
    [
        new RoleRule { Resources = [ResourceKinds.AccessRequest, ResourceKinds.AccessMonitoringRule], Verbs = Look },
        new RoleRule { Resources = [ResourceKinds.AccessPluginData], Verbs = [Verbs.Read, Verbs.Update] },
        new RoleRule { Resources = [ResourceKinds.User], Verbs = userVerbs },
        new RoleRule { Resources = [ResourceKinds.Role], Verbs = [Verbs.Read] },
    ];

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
                ResourceKinds.RecordingConfig, ResourceKinds.Node, ResourceKinds.AccessPlugin, ResourceKinds.ChatIdentity, ResourceKinds.AccessMonitoringRule,
            ],
            Verbs = Write,
        },
        new RoleRule { Resources = [ResourceKinds.AccessRequest], Verbs = Look },
    ];

    private static IReadOnlyList<RoleRule> AuditorRules() => [new RoleRule { Resources = [ResourceKinds.Session, ResourceKinds.Event], Verbs = Look }];

    private static Dictionary<string, StringList> Anything() => new() { ["*"] = Everything };

    private static Role Create(string name, string description, RoleConditions allow) => new()
    {
        Metadata = new ResourceMetadata { Name = name, Description = description },
        Spec = new RoleSpec { Options = new RoleOptions { MaxSessionTtl = "30h", ForwardAgent = true, PortForwarding = true }, Allow = allow },
    };

    private static Role CreateForPlugin(string name, string description, RoleConditions allow) => new()
    {
        Metadata = new ResourceMetadata { Name = name, Description = description },
        Spec = new RoleSpec { Options = new RoleOptions { PortForwarding = false }, Allow = allow },
    };
}
