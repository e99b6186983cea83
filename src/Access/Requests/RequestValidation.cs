using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;

namespace Teleport.Access.Requests;

/// <summary>Checks what a role says of requests and reviews, beyond patterns.</summary>
internal static class RequestValidation
{
    private const int MaxThresholds = 4096;
    private const int MaxCount = 1000;

    /// <exception cref="TeleportException">Code <c>invalid</c>: names the field.</exception>
    public static void Validate(Role role)
    {
        string name = role.Metadata.Name;
        Require(
            role.Spec.Options.RequestAccess is null or "optional" or "always" or "reason",
            $"spec.options.request_access of role \"{name}\" is \"{role.Spec.Options.RequestAccess}\": expected optional, always or reason.");
        if (role.Spec.Allow.Request is { } allow)
        {
            ValidateAllow(name, allow);
        }

        if (role.Spec.Deny.Request is { } deny)
        {
            Require(
                deny.Thresholds is null && deny.SuggestedReviewers is null && deny.MaxDuration is null && deny.Reason is null,
                $"spec.deny.request of role \"{name}\" may have roles, claims_to_roles, search_as_roles and annotations only.");
        }

        Require(
            role.Spec.Allow.ReviewRequests?.Chat is null or ChatPolicy.Off or ChatPolicy.DenyOnly or ChatPolicy.Allow or ChatPolicy.Mfa,
            $"spec.allow.review_requests.chat of role \"{name}\" is \"{role.Spec.Allow.ReviewRequests?.Chat}\": expected off, deny_only, allow or mfa.");
        Require(
            role.Spec.Deny.ReviewRequests is not { Chat: not null } and not { PreviewAsRoles: not null },
            $"spec.deny.review_requests of role \"{name}\" may have roles, claims_to_roles, where and submit_for_users only.");
    }

    private static void ValidateAllow(string name, RequestConditions allow)
    {
        IReadOnlyList<AccessThreshold> thresholds = allow.Thresholds ?? [];
        Require(thresholds.Count <= MaxThresholds, $"spec.allow.request.thresholds of role \"{name}\" has more than {MaxThresholds} rows.");
        foreach (AccessThreshold threshold in thresholds)
        {
            Require(
                threshold.Approve is >= 0 and <= MaxCount && threshold.Deny is >= 0 and <= MaxCount,
                $"spec.allow.request.thresholds of role \"{name}\": approve and deny are numbers from 0 (never) to {MaxCount}.");
        }

        Require(
            allow.MaxDuration is null || Durations.Parse(allow.MaxDuration, "spec.allow.request.max_duration") is { } longest && longest <= RequestTimes.LongestAccess,
            $"spec.allow.request.max_duration of role \"{name}\" is \"{allow.MaxDuration}\": at most 14d.");
        Require(
            allow.Reason?.Mode is null or "required" or "optional",
            $"spec.allow.request.reason.mode of role \"{name}\" is \"{allow.Reason?.Mode}\": expected required or optional.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw TeleportException.Invalid(message);
        }
    }
}
