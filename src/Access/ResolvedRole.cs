using System.Text.RegularExpressions;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Access.Matching;
using Teleport.Access.Predicates;
using Teleport.Access.Requests;
using Teleport.Access.Templates;

namespace Teleport.Access;

/// <summary>A role with its templates expanded for one identity.</summary>
internal sealed partial class ResolvedRole
{
    private ResolvedRole(Role role, ResolvedConditions allow, ResolvedConditions deny) => (Role, Allow, Deny) = (role, allow, deny);

    public Role Role { get; }

    public string Name => Role.Metadata.Name;

    public RoleOptions Options => Role.Spec.Options;

    public ResolvedConditions Allow { get; }

    public ResolvedConditions Deny { get; }

    /// <remarks>A role that was stored although its text is wrong denies everything: deny when in doubt.</remarks>
    public static ResolvedRole Create(Role role, TraitSource traits)
    {
        try
        {
            return new ResolvedRole(
                role,
                ResolvedConditions.Create(role.Spec.Allow, traits, DefaultNodeLabels(role), isDeny: false),
                ResolvedConditions.Create(role.Spec.Deny, traits, LabelSelector.Nothing, isDeny: true));
        }
        catch (FormatException)
        {
            return new ResolvedRole(role, ResolvedConditions.Nothing, ResolvedConditions.Everything);
        }
    }

    /// <summary>Checks a role that is to be stored.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: names what is wrong.</exception>
    public static void Validate(Role role)
    {
        role.Validate();
        var none = new TraitSource(new Dictionary<string, IReadOnlyList<string>>());
        try
        {
            ResolvedConditions.Create(role.Spec.Allow, none, LabelSelector.Nothing, isDeny: false);
            ResolvedConditions.Create(role.Spec.Deny, none, LabelSelector.Nothing, isDeny: true);
        }
        catch (FormatException e)
        {
            throw TeleportException.Invalid($"The role \"{role.Metadata.Name}\" cannot be used: {e.Message}");
        }

        RequestValidation.Validate(role);
        RoleOptions options = role.Spec.Options;
        foreach ((string? text, string field) in new[]
        {
            (options.MaxSessionTtl, "spec.options.max_session_ttl"), (options.ClientIdleTimeout, "spec.options.client_idle_timeout"),
        })
        {
            if (text is not null)
            {
                Durations.Parse(text, field);
            }
        }

        if (options.CertFormat is not (null or "standard" or "oldssh"))
        {
            throw TeleportException.Invalid($"spec.options.cert_format is \"{options.CertFormat}\": expected standard or oldssh.");
        }

        if (options.MaxConnections < 0 || options.MaxSessions < 0)
        {
            throw TeleportException.Invalid("spec.options.max_connections and max_sessions are 0 (no limit) or more.");
        }
    }

    private static LabelSelector DefaultNodeLabels(Role role) =>
        role.Version == "v3" && role.Spec.Allow.Logins is { Count: > 0 } ? LabelSelector.Everything : LabelSelector.Nothing;

    /// <summary>One half of a role.</summary>
    internal sealed partial record ResolvedConditions(
        IReadOnlySet<string> Logins, bool AnyLogin, LabelSelector NodeLabels, IReadOnlyList<ResolvedRule> Rules, ResolvedRequests Requests, ResolvedReviews Reviews)
    {
        public static ResolvedConditions Nothing { get; } =
            new(new HashSet<string>(), false, LabelSelector.Nothing, [], ResolvedRequests.Nothing, ResolvedReviews.Nothing);

        public static ResolvedConditions Everything { get; } =
            new(new HashSet<string>(), true, LabelSelector.Everything, [new ResolvedRule(["*"], ["*"], null)], ResolvedRequests.Everything, ResolvedReviews.Everything);

        public static ResolvedConditions Create(RoleConditions conditions, TraitSource traits, LabelSelector defaultNodeLabels, bool isDeny)
        {
            var logins = new HashSet<string>(StringComparer.Ordinal);
            foreach (string text in conditions.Logins ?? [])
            {
                // What a trait says may be no login at all; such a value grants nothing.
                logins.UnionWith(Template.Parse(text).Expand(traits).Where(login => isDeny || LoginPattern().IsMatch(login)));
            }

            return new ResolvedConditions(
                logins,
                isDeny && conditions.Logins?.Contains("*") == true,
                conditions.NodeLabels is { } labels ? LabelSelector.Create(labels, traits) : defaultNodeLabels,
                [.. (conditions.Rules ?? []).Select(static rule => new ResolvedRule(
                    [.. rule.Resources], [.. rule.Verbs], rule.Where is { Length: > 0 } where ? Predicate.Parse(where) : null))],
                ResolvedRequests.Create(conditions.Request, traits),
                ResolvedReviews.Create(conditions.ReviewRequests, traits));
        }

        // A login is what Unix accepts: no blank, no control character, no leading dash, which programs would read as an option.
        [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9._@\\-]{0,254}\$?\z", RegexOptions.NonBacktracking)]
        private static partial Regex LoginPattern();
    }

    internal sealed record ResolvedRule(IReadOnlyList<string> Resources, IReadOnlyList<string> Verbs, Predicate? Where)
    {
        public bool Covers(string kind, string verb) =>
            (Resources.Contains(kind) || Resources.Contains("*")) && (Verbs.Contains(verb) || Verbs.Contains("*")
                || (verb == Abstractions.Resources.Verbs.ReadNoSecrets && Verbs.Contains(Abstractions.Resources.Verbs.Read)));
    }
}
