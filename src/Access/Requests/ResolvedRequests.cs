using Teleport.Abstractions.Resources;
using Teleport.Access.Matching;
using Teleport.Access.Predicates;
using Teleport.Access.Templates;

namespace Teleport.Access.Requests;

/// <summary>What one half of a role says of requests, with patterns and templates ready.</summary>
internal sealed record ResolvedRequests(
    IReadOnlyList<RoleNameMatcher> Roles,
    IReadOnlyList<RoleNameMatcher> SearchAsRoles,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Annotations,
    RequestConditions Source)
{
    public static ResolvedRequests Nothing { get; } = new([], [], new Dictionary<string, IReadOnlyList<string>>(), new RequestConditions());

    public static ResolvedRequests Everything { get; } = Nothing with { Roles = [RoleNameMatcher.Parse("*")], SearchAsRoles = [RoleNameMatcher.Parse("*")] };

    /// <exception cref="FormatException">A pattern, template or filter is wrong.</exception>
    public static ResolvedRequests Create(RequestConditions? conditions, TraitSource traits)
    {
        if (conditions is null)
        {
            return Nothing;
        }

        foreach (string filter in (conditions.Thresholds ?? []).Select(static t => t.Filter).OfType<string>())
        {
            Predicate.Parse(filter);
        }

        ClaimMapping.Validate(conditions.ClaimsToRoles);
        return new ResolvedRequests(
            [.. (conditions.Roles ?? []).Select(RoleNameMatcher.Parse), .. ClaimMapping.Resolve(conditions.ClaimsToRoles, traits)],
            [.. (conditions.SearchAsRoles ?? []).Select(RoleNameMatcher.Parse)],
            (conditions.Annotations ?? new Dictionary<string, StringList>()).ToDictionary(
                static a => a.Key, a => (IReadOnlyList<string>)[.. a.Value.SelectMany(text => Template.Parse(text).Expand(traits))], StringComparer.Ordinal),
            conditions);
    }

    public bool Covers(string role) => Roles.Any(matcher => matcher.IsMatch(role));

    public bool SearchesAs(string role) => SearchAsRoles.Any(matcher => matcher.IsMatch(role));
}

/// <summary>What one half of a role says of reviews, with patterns ready.</summary>
internal sealed record ResolvedReviews(
    IReadOnlyList<RoleNameMatcher> Roles, Predicate? Where, IReadOnlyList<RoleNameMatcher> SubmitForUsers, ReviewConditions Source)
{
    public static ResolvedReviews Nothing { get; } = new([], null, [], new ReviewConditions());

    public static ResolvedReviews Everything { get; } =
        new([RoleNameMatcher.Parse("*")], null, [RoleNameMatcher.Parse("*")], new ReviewConditions { Chat = ChatPolicy.Off });

    /// <exception cref="FormatException">A pattern or predicate is wrong.</exception>
    public static ResolvedReviews Create(ReviewConditions? conditions, TraitSource traits)
    {
        if (conditions is null)
        {
            return Nothing;
        }

        ClaimMapping.Validate(conditions.ClaimsToRoles);
        return new ResolvedReviews(
            [.. (conditions.Roles ?? []).Select(RoleNameMatcher.Parse), .. ClaimMapping.Resolve(conditions.ClaimsToRoles, traits)],
            conditions.Where is { Length: > 0 } where ? Predicate.Parse(where) : null,
            [.. (conditions.SubmitForUsers ?? []).Select(RoleNameMatcher.Parse)],
            conditions);
    }

    /// <summary>Whether it speaks of a role. Its predicate is not asked.</summary>
    public bool Covers(string role) => Roles.Any(matcher => matcher.IsMatch(role));

    /// <summary>Whether it speaks of reviews of a role under these circumstances.</summary>
    public bool Covers(string role, IReadOnlyDictionary<string, IReadOnlyList<string>> variables) =>
        Covers(role) && Where?.Evaluate(variables) != false;
}
