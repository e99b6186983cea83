using Teleport.Abstractions.Resources;

namespace Teleport.Access.Requests;

/// <summary>What a click in chat may do. The strictest word of the reviewer's and of the requested roles counts.</summary>
public static class ChatPolicy
{
    /// <summary>Nothing: the decision is made in the web UI, by <c>tsh</c> or <c>tctl</c>.</summary>
    public const string Off = "off";

    /// <summary>Deny; approvals are made elsewhere.</summary>
    public const string DenyOnly = "deny_only";

    /// <summary>Deny; approve only after a second factor was shown.</summary>
    public const string Mfa = "mfa";

    /// <summary>Both.</summary>
    public const string Allow = "allow";

    private static readonly string[] ByStrictness = [Off, DenyOnly, Mfa, Allow];

    /// <summary>The policy for a reviewer and a request.</summary>
    /// <param name="reviewer">The reviewer's roles.</param>
    /// <param name="requested">The requested roles.</param>
    /// <param name="request">The request.</param>
    /// <param name="weakChannel">Whether the proof that the chat service sent the click is weak.</param>
    public static string Of(RoleSet reviewer, RoleSet requested, AccessRequest request, bool weakChannel)
    {
        ArgumentNullException.ThrowIfNull(reviewer);
        ArgumentNullException.ThrowIfNull(requested);
        ArgumentNullException.ThrowIfNull(request);
        List<string> words =
        [
            .. reviewer.Roles.Where(r => request.Spec.Roles.Any(r.Allow.Reviews.Covers)).Concat(requested.Roles)
                .Select(static r => r.Allow.Reviews.Source.Chat).OfType<string>(),
        ];
        if (words.Count == 0)
        {
            words.Add(request.Spec.Roles.Any(IsPowerful) ? DenyOnly : Allow);
        }

        if (weakChannel)
        {
            words.Add(Mfa);
        }

        // A word that is not known is the strictest.
        return ByStrictness[words.Min(static word => Math.Max(0, Array.IndexOf(ByStrictness, word)))];
    }

    private static bool IsPowerful(string role) => role.Contains("admin", StringComparison.OrdinalIgnoreCase) || role is "editor" or "auditor";
}
