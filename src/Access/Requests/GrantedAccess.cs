using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;

namespace Teleport.Access.Requests;

/// <summary>What approved requests add to a user's certificate.</summary>
/// <param name="Ids">The requests.</param>
/// <param name="Roles">Roles that they give.</param>
/// <param name="Resources">The only resources that the certificate reaches; empty: all that the roles reach.</param>
/// <param name="Until">The certificate ends no later; <c>null</c>: there is no request.</param>
/// <param name="SessionTtl">No certificate lives longer; <c>null</c>: no request says.</param>
public sealed record GrantedAccess(
    IReadOnlyList<string> Ids, IReadOnlyList<string> Roles, IReadOnlyList<string> Resources, DateTimeOffset? Until, TimeSpan? SessionTtl)
{
    /// <summary>Most requests in a certificate.</summary>
    public const int MaxRequests = 32;

    /// <summary>What some requests give together.</summary>
    /// <param name="userName">The user.</param>
    /// <param name="requests">The requests by id; <c>null</c>: there is none of that id.</param>
    /// <param name="now">Now.</param>
    /// <exception cref="TeleportException">Code <c>access_denied</c>: one of them gives nothing; or <c>limit</c>, <c>invalid</c>.</exception>
    public static GrantedAccess Of(string userName, IReadOnlyList<(string Id, AccessRequest? Request)> requests, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Count > MaxRequests)
        {
            throw TeleportException.Limit($"A certificate carries at most {MaxRequests} access requests. Leave some out: tsh request drop ID.");
        }

        var all = new List<AccessRequest>();
        foreach ((string id, AccessRequest? request) in requests)
        {
            all.Add(Refusal(userName, id, request, now) is { } refusal ? throw TeleportException.AccessDenied(refusal) : request!);
        }

        // The roles of the one must not reach the resources of the other.
        return all.Count > 1 && all.Any(static r => r.Spec.RequestedResourceIds.Count > 0)
            ? throw TeleportException.Invalid("A request for single resources cannot be used together with another. First leave the other out: tsh request drop.")
            : new GrantedAccess(
                [.. all.Select(static r => r.Metadata.Name)],
                [.. all.SelectMany(static r => r.Spec.Roles).Distinct(StringComparer.Ordinal)],
                [.. all.SelectMany(static r => r.Spec.RequestedResourceIds).Select(static r => r.ToString()).Distinct(StringComparer.Ordinal)],
                all.Count == 0 ? null : all.Min(static r => r.Spec.Expires),
                all.Min(static r => r.Spec.SessionTtl));
    }

    /// <summary>Why a request gives a user nothing now; <c>null</c>: it gives its roles.</summary>
    public static string? Refusal(string userName, string id, AccessRequest? request, DateTimeOffset now)
    {
        // Somebody else's request and none at all read the same.
        if (request is null || !string.Equals(request.Spec.User, userName, StringComparison.Ordinal) || request.Spec.Expires <= now)
        {
            return $"access request \"{Shorten(id)}\" is not found: it has expired, was deleted, or never was yours. Leave it out: tsh request drop";
        }

        return request.Spec.State switch
        {
            AccessRequestState.Pending => $"access request \"{id}\" is still pending",
            AccessRequestState.Denied => $"access request \"{id}\" has been denied{(request.Spec.ResolveReason is { } reason ? $": {reason}" : "")}",
            AccessRequestState.Approved => request.Spec.AssumeStartTime is { } start && start > now ? $"access request \"{id}\" is approved, but begins at {start:u}" : null,
            _ => $"access request \"{id}\" gives nothing in the state {request.Spec.State}",
        };
    }

    private static string Shorten(string id) => id.Length <= 64 ? id : id[..64];
}
