using System.Globalization;
using System.Text;
using Teleport.Abstractions.Resources;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Client.Requests;

/// <summary>Access requests for people. Whatever people wrote is shown without control characters.</summary>
public static class RequestText
{
    private const int MaxCell = 75;

    /// <summary>The state, as <c>APPROVED</c>.</summary>
    public static string State(AccessRequestState state) => state.ToString().ToUpperInvariant();

    /// <summary>The table of <c>tsh request ls</c>.</summary>
    public static string FormatForUser(IReadOnlyList<AccessRequest> requests, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(requests);
        bool resources = requests.Any(static r => r.Spec.RequestedResourceIds.Count > 0);
        string[] header = ["ID", "User", "Roles", .. resources ? ["Resources"] : Array.Empty<string>(), "Created At (UTC)", "Request TTL", "Session TTL", "Status"];
        var table = new Table(header);
        foreach (AccessRequest request in requests)
        {
            AccessRequestSpec spec = request.Spec;
            table.Add(
            [
                request.Metadata.Name,
                spec.User,
                string.Join(',', spec.Roles),
                .. resources ? [string.Join('\n', spec.RequestedResourceIds.Select(static r => r.ToString()))] : Array.Empty<string>(),
                Time(spec.Created),
                request.Metadata.Expires is { } expires && spec.State == AccessRequestState.Pending ? DurationText.Format(expires - now) : "",
                spec.SessionTtl is { } ttl ? DurationText.Format(ttl) : "",
                State(spec.State),
            ]);
        }

        return requests.Count == 0 ? "No access requests found.\n" : table + "\nhint: use 'tsh request show <request-id>' for additional details\n" +
            "      use 'tsh login --request-id=<request-id>' to log in with an approved request\n";
    }

    /// <summary>The table of <c>tctl requests ls</c>; long texts are cut, which a footnote says.</summary>
    public static string FormatForAdministrator(IReadOnlyList<AccessRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        bool reasons = requests.Any(static r => r.Spec.RequestReason is not null || r.Spec.ResolveReason is not null);
        string[] header = ["Token", "Requestor", "Metadata", "Created At (UTC)", "Status", .. reasons ? ["Request Reason", "Resolve Reason"] : Array.Empty<string>()];
        var table = new Table(header);
        bool cut = false;
        foreach (AccessRequest request in requests)
        {
            AccessRequestSpec spec = request.Spec;
            table.Add(
            [
                request.Metadata.Name,
                spec.User,
                Cut($"roles={string.Join(',', spec.Roles)}", ref cut),
                Time(spec.Created),
                State(spec.State),
                .. reasons ? [Cut(Quote(spec.RequestReason), ref cut), Cut(Quote(spec.ResolveReason), ref cut)] : Array.Empty<string>(),
            ]);
        }

        return table + (cut ? "\n[*] Full reason was truncated, use the tctl requests get subcommand to view the full reason.\n\n" : "\n");
    }

    /// <summary>Everything about a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="names">Names for people of the requested resources, by id; empty: not known.</param>
    public static string Details(AccessRequest request, IReadOnlyDictionary<string, string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        AccessRequestSpec spec = request.Spec;
        var text = new StringBuilder();
        void Line(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Append(CultureInfo.InvariantCulture, $"{(name + ":").PadRight(21)}{Names.Printable(value)}\n");
            }
        }

        Line("Request ID", request.Metadata.Name);
        Line("Username", spec.User);
        Line("Roles", string.Join(", ", spec.Roles));
        foreach (RequestedResource resource in spec.RequestedResourceIds)
        {
            Line("Resource", names?.GetValueOrDefault(resource.ToString()) is { Length: > 0 } name ? $"{name} ({resource})" : resource.ToString());
        }

        Line("Reason", spec.RequestReason);
        Line("Suggested Reviewers", string.Join(", ", spec.SuggestedReviewers));
        Line("Created", Time(spec.Created));
        Line("Decide before", spec.State == AccessRequestState.Pending && request.Metadata.Expires is { } expires ? Time(expires) : null);
        Line("Access Starts", spec.AssumeStartTime is { } start ? Time(start) : null);
        Line("Access Expires", Time(spec.Expires));
        Line("Session TTL", spec.SessionTtl is { } ttl ? DurationText.Format(ttl) : null);
        Line("Status", State(spec.State));
        Line("Decided by", spec.ResolvedBy);
        Line("Decision reason", spec.ResolveReason);
        AppendReviews(text, spec.Reviews);
        if (spec.State == AccessRequestState.Approved)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nhint: use 'tsh login --request-id={request.Metadata.Name}' to log in with this request\n");
        }

        return text.ToString();
    }

    /// <summary>A review as a line.</summary>
    public static string Review(AccessReview review)
    {
        ArgumentNullException.ThrowIfNull(review);
        string what = review.ProposedState == AccessRequestState.Approved ? "approved" : "denied";
        string part = review.Roles.Count > 0 ? $" {string.Join(", ", review.Roles)}" : "";
        string via = review.Means is { Plugin: { } plugin } ? $" from {plugin}" : "";
        string why = review.Reason is { Length: > 0 } reason ? $": {reason}" : "";
        return Names.Printable($"{review.Author} {what}{part}{via}{why}");
    }

    private static void AppendReviews(StringBuilder text, IReadOnlyList<AccessReview> reviews)
    {
        if (reviews.Count > 0)
        {
            text.Append("\nReviews:\n");
        }

        foreach (AccessReview review in reviews)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Time(review.Created)}  {Review(review)}\n");
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("dd MMM yy HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Quote(string? reason) => reason is null ? "" : $"\"{Names.Printable(reason)}\"";

    private static string Cut(string text, ref bool cut)
    {
        var elements = new StringInfo(text);
        if (elements.LengthInTextElements <= MaxCell)
        {
            return text;
        }

        cut = true;
        return elements.SubstringByTextElements(0, MaxCell) + "... [*]";
    }
}
