using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Access.Requests;

/// <summary>Who may ask for what, and what the complete request is. All that is decided here is fixed: later edits of roles do not change a request.</summary>
public static class RequestCreation
{
    private const int MaxThresholds = 4096;

    /// <summary>Whether a user may ask.</summary>
    /// <param name="caller">Who asks: the user, or somebody for them.</param>
    /// <param name="own">The user's own roles, as stored: none that was gained by a request.</param>
    /// <param name="wish">What is asked for; validated.</param>
    /// <param name="directory">The cluster.</param>
    /// <param name="sessionEnds">When the user's login ends; <c>null</c>: somebody else asks.</param>
    /// <param name="now">Now.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it may be asked for, but not so.</exception>
    public static AccessDecision<AccessRequestGrant> Check(
        Caller caller, RoleSet own, RequestWish wish, RequestDirectory directory, DateTimeOffset? sessionEnds, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(wish);
        ArgumentNullException.ThrowIfNull(directory);
        var explanation = new List<string>();
        (IReadOnlyList<string> roles, string? refusal) = wish.Resources.Count > 0
            ? ForResources(own, wish.Resources, directory, explanation)
            : ByName(own, wish.Roles, directory, explanation);
        if (refusal is not null)
        {
            return new AccessDecision<AccessRequestGrant>(null, refusal, explanation);
        }

        bool Opens(ResolvedRole role, string requested) =>
            wish.Resources.Count > 0 ? role.Allow.Requests.SearchesAs(requested) : role.Allow.Requests.Covers(requested);
        ResolvedRole[] sources = [.. own.Roles.Where(role => roles.Any(requested => Opens(role, requested)))];
        RequireReason(own, sources, wish.Reason);
        RoleSet requestedRoles = RoleSet.Resolve(own.Identity with { Roles = roles }, directory.Roles.GetValueOrDefault);
        RequestTimes times = RequestTimes.Of(own.Roles, requestedRoles.Roles, sources, wish, sessionEnds, now);
        (IReadOnlyList<AccessThreshold> thresholds, IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<int>>> sets) = Thresholds(own, roles, Opens);
        var request = new AccessRequest
        {
            Metadata = new ResourceMetadata { Expires = times.PendingUntil },
            Spec = new AccessRequestSpec
            {
                User = own.Identity.UserName,
                Roles = [.. roles],
                RequestedResourceIds = wish.Resources,
                State = AccessRequestState.Pending,
                Created = now,
                Expires = times.AccessEnds,
                MaxDuration = times.MaxDuration,
                SessionTtl = times.SessionTtl,
                AssumeStartTime = wish.AssumeStart,
                RequestReason = wish.Reason.Length > 0 ? wish.Reason : null,
                SystemAnnotations = Annotations(own, sources),
                SuggestedReviewers =
                [
                    .. wish.SuggestedReviewers.Concat(sources.SelectMany(static r => r.Allow.Requests.Source.SuggestedReviewers ?? [])).Distinct(StringComparer.Ordinal),
                ],
                Thresholds = thresholds,
                RoleThresholds = sets,
            },
        };
        return new AccessDecision<AccessRequestGrant>(
            new AccessRequestGrant(caller, request), $"user \"{own.Identity.UserName}\" may request {string.Join(", ", roles)}", explanation);
    }

    private static (IReadOnlyList<string> Roles, string? Refusal) ByName(
        RoleSet own, IReadOnlyList<string> wished, RequestDirectory directory, List<string> explanation)
    {
        string user = own.Identity.UserName;
        if (wished is ["*"])
        {
            IReadOnlyList<string> all = RequestCapabilities.Requestable(own, directory);
            explanation.Add($"* stands for {(all.Count == 0 ? "nothing" : string.Join(", ", all))}");
            return all.Count is > 0 and <= RequestWish.MaxRoles
                ? (all, null)
                : (all, all.Count == 0 ? $"user \"{user}\" cannot request any role that they do not hold" : $"user \"{user}\" can request {all.Count} roles; name those that are needed");
        }

        string[] roles = [.. wished.Distinct(StringComparer.Ordinal)];
        string? refusal = null;
        foreach (string role in roles)
        {
            string[] allowing = [.. own.Roles.Where(r => r.Allow.Requests.Covers(role)).Select(static r => r.Name)];
            string[] denying = [.. own.Roles.Where(r => r.Deny.Requests.Covers(role)).Select(static r => r.Name)];
            bool exists = directory.Roles.ContainsKey(role);
            explanation.Add(
                denying.Length > 0 ? $"role {string.Join(", ", denying)}: denies requests for {role}"
                : allowing.Length == 0 ? $"no role of {user} allows requests for {role}"
                : !exists ? $"{role}: requests are allowed, but there is no such role"
                : $"role {string.Join(", ", allowing)}: allows requests for {role}");
            if (refusal is null && (denying.Length > 0 || allowing.Length == 0 || !exists))
            {
                // The same text whether the role exists or not: no probing for names.
                refusal = $"user \"{user}\" cannot request role \"{role}\"";
            }
        }

        return (roles, refusal);
    }

    private static (IReadOnlyList<string> Roles, string? Refusal) ForResources(
        RoleSet own, IReadOnlyList<RequestedResource> resources, RequestDirectory directory, List<string> explanation)
    {
        RoleSet search = RequestableRoles.SearchRoles(own, directory);
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (RequestedResource resource in resources)
        {
            IReadOnlyList<string> reaching =
                resource.Cluster == directory.ClusterName && resource.Kind == ResourceKinds.Node && resource.SubResource is null
                    && directory.FindNode(resource.Name) is { } node
                    ? RequestableRoles.Reaching(own, search, node)
                    : [];
            explanation.Add(reaching.Count > 0
                ? $"{resource}: reached by {string.Join(", ", reaching)}, which {own.Identity.UserName} may search as"
                : $"{resource}: no role that {own.Identity.UserName} may search as reaches it, or it is not there");
            if (reaching.Count == 0)
            {
                return ([], $"user \"{own.Identity.UserName}\" cannot request resource \"{resource}\". See what can be requested: tsh request search --kind=node");
            }

            roles.UnionWith(reaching);
        }

        return ([.. roles], null);
    }

    private static void RequireReason(RoleSet own, ResolvedRole[] sources, string reason)
    {
        bool required = own.Roles.Any(static r => r.Options.RequestAccess == "reason") || sources.Any(static r => r.Allow.Requests.Source.Reason?.Mode == "required");
        if (required && string.IsNullOrWhiteSpace(reason))
        {
            string? prompt = RequestCapabilities.Reason(own).Prompt;
            throw TeleportException.Invalid($"A reason is needed{(prompt is null ? "" : $" ({prompt})")}: give one with --reason, or --request-reason at login.");
        }
    }

    private static (IReadOnlyList<AccessThreshold> Thresholds, IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<int>>> Sets) Thresholds(
        RoleSet own, IReadOnlyList<string> roles, Func<ResolvedRole, string, bool> opens)
    {
        var thresholds = new List<AccessThreshold>();
        var sets = new Dictionary<string, IReadOnlyList<IReadOnlyList<int>>>(StringComparer.Ordinal);
        foreach (string requested in roles)
        {
            // One set for each role that opens the way: all of them must be satisfied.
            sets[requested] = [.. own.Roles.Where(role => opens(role, requested)).Select(role => IndexesOf(role.Allow.Requests.Source.Thresholds))];
        }

        return thresholds.Count <= MaxThresholds
            ? (thresholds, sets)
            : throw TeleportException.Limit($"The roles asked for have {thresholds.Count} thresholds in sum; at most {MaxThresholds} are possible. Ask for fewer roles.");

        IReadOnlyList<int> IndexesOf(IReadOnlyList<AccessThreshold>? wished)
        {
            var indexes = new List<int>();
            foreach (AccessThreshold threshold in wished is { Count: > 0 } ? wished : [new AccessThreshold { Name = "default" }])
            {
                int index = thresholds.IndexOf(threshold);
                if (index < 0)
                {
                    index = thresholds.Count;
                    thresholds.Add(threshold);
                }

                indexes.Add(index);
            }

            return indexes;
        }
    }

    private static Dictionary<string, StringList> Annotations(RoleSet own, ResolvedRole[] sources)
    {
        var annotations = new Dictionary<string, StringList>(StringComparer.Ordinal);
        foreach (string key in sources.SelectMany(static r => r.Allow.Requests.Annotations.Keys).Distinct(StringComparer.Ordinal))
        {
            string[] denied = [.. own.Roles.SelectMany(r => r.Deny.Requests.Annotations.GetValueOrDefault(key) ?? [])];
            string[] values =
            [
                .. sources.SelectMany(r => r.Allow.Requests.Annotations.GetValueOrDefault(key) ?? []).Except(denied, StringComparer.Ordinal).Distinct(StringComparer.Ordinal),
            ];
            if (values.Length > 0)
            {
                annotations[key] = [.. values];
            }
        }

        RequestTexts.RequireAnnotations(annotations);
        return annotations;
    }
}
