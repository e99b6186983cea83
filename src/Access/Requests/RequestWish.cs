using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;

namespace Teleport.Access.Requests;

/// <summary>What somebody asks for, before anybody decided anything.</summary>
public sealed record RequestWish
{
    /// <summary>Most roles of one request.</summary>
    public const int MaxRoles = 500;

    /// <summary>Most resources of one request.</summary>
    public const int MaxResources = 300;

    /// <summary>Most suggested reviewers.</summary>
    public const int MaxReviewers = 100;

    /// <summary>Names of roles; <c>*</c>: all that may be requested and are not held.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Single resources, in place of roles.</summary>
    public IReadOnlyList<RequestedResource> Resources { get; init; } = [];

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whom to tell.</summary>
    public IReadOnlyList<string> SuggestedReviewers { get; init; } = [];

    /// <summary>How long the access shall last; <c>null</c>: as long as the roles allow.</summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>How long it may stay undecided; <c>null</c>: an hour.</summary>
    public TimeSpan? RequestTtl { get; init; }

    /// <summary>Longest life of each certificate; <c>null</c>: as long as the roles allow.</summary>
    public TimeSpan? SessionTtl { get; init; }

    /// <summary>When the access shall begin; <c>null</c>: at once.</summary>
    public DateTimeOffset? AssumeStart { get; init; }

    /// <summary>Checks sizes.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c> or <c>limit</c>.</exception>
    public void Validate()
    {
        if (Roles.Count == 0 == (Resources.Count == 0))
        {
            throw TeleportException.Invalid("A request names either roles or resources.");
        }

        Limit(Roles.Count, MaxRoles, "roles");
        Limit(Resources.Count, MaxResources, "resources");
        Limit(SuggestedReviewers.Count, MaxReviewers, "suggested reviewers");
        RequestTexts.RequireReason(Reason);
        foreach (string reviewer in SuggestedReviewers)
        {
            if (reviewer.Length is 0 or > ResourceMetadata.MaxNameLength || reviewer.Any(char.IsControl))
            {
                throw TeleportException.Invalid($"A suggested reviewer has 1 to {ResourceMetadata.MaxNameLength} characters.");
            }
        }

        foreach ((TimeSpan? span, string what) in new[] { (MaxDuration, "duration of the access"), (RequestTtl, "waiting time"), (SessionTtl, "life of a session") })
        {
            if (span is { } wished && (wished < TimeSpan.FromSeconds(1) || wished > TimeSpan.FromDays(366)))
            {
                throw TeleportException.Invalid($"The {what} must be a positive time.");
            }
        }
    }

    private static void Limit(int count, int limit, string what)
    {
        if (count > limit)
        {
            throw TeleportException.Limit($"A request has at most {limit} {what}; this one has {count}.");
        }
    }
}

/// <summary>Limits of what people write into requests and reviews.</summary>
public static class RequestTexts
{
    private const int MaxAnnotations = 100;
    private const int MaxAnnotationBytes = 16 * 1024;

    /// <exception cref="TeleportException">Code <c>limit</c>.</exception>
    public static void RequireReason(string? reason)
    {
        if (reason?.Length > AccessRequest.MaxReasonLength)
        {
            throw TeleportException.Limit($"The reason has {reason.Length} characters; at most {AccessRequest.MaxReasonLength} are kept. Shorten it.");
        }
    }

    /// <exception cref="TeleportException">Code <c>limit</c>.</exception>
    public static void RequireAnnotations(IReadOnlyDictionary<string, StringList> annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        if (annotations.Count > MaxAnnotations || annotations.Sum(static a => a.Key.Length + a.Value.Sum(static v => v.Length)) > MaxAnnotationBytes)
        {
            throw TeleportException.Limit($"Annotations are limited to {MaxAnnotations} keys and {MaxAnnotationBytes} characters in sum.");
        }
    }
}
