using System.Globalization;
using Scriban.Runtime;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.Delivery.Messages;

/// <summary>What templates can name. Every text of people is cut and then escaped here, so that no template can forget it.</summary>
internal static class MessageModel
{
    /// <summary>How much of long things is shown.</summary>
    /// <param name="Items">Roles, resources and the like of a list.</param>
    /// <param name="Name">UTF-16 code units of a name.</param>
    /// <param name="Reason">UTF-16 code units of a reason.</param>
    public sealed record Width(int Items, int Name, int Reason);

    public static readonly Width Widest = new(10, 100, 1500);

    /// <summary>Tried one after the other until the message fits.</summary>
    public static readonly IReadOnlyList<Width> Widths = [Widest, new(5, 64, 500), new(3, 40, 150), new(1, 24, 0)];

    public static ScriptObject Of(AccessRequestView request, TextMarkup markup, string cluster, Uri? link, Width width)
    {
        string Text(string text) => Markup.Escape(markup, TextLimit.Cut(TextLimit.OneLine(text), width.Name));
        string Reason(string text) => ReasonOf(text, markup, width);
        string List(IReadOnlyList<string> items, int count) => ListOf([.. items.Select(Text)], count, width);
        (string sign, string word) = Standing(request.Standing);
        return new ScriptObject
        {
            ["cluster"] = Text(cluster),
            ["link_url"] = link?.AbsoluteUri ?? "",
            ["request"] = new ScriptObject
            {
                ["id"] = Text(request.Id),
                ["user"] = Text(request.User),
                ["roles"] = List(request.Roles, request.RoleCount),
                ["resources"] = List(request.Resources, request.ResourceCount),
                ["suggested_reviewers"] = List(request.SuggestedReviewers, request.SuggestedReviewers.Count),
                ["what"] = request.ResourceCount > 0
                    ? Count(request.ResourceCount, "resource")
                    : $"{(request.RoleCount == 1 ? "the role" : "the roles")} {List(request.Roles, request.RoleCount)}",
                ["reason"] = Reason(request.Reason),
                ["access_begins"] = request.AccessBegins is { } begins ? Time(begins) : "",
                ["access_ends"] = Time(request.AccessExpires),
                ["decide_before"] = request.DecideBefore is { } before && !request.IsDecided ? Time(before) : "",
                ["standing"] = word,
                ["sign"] = sign,
                ["is_pending"] = !request.IsDecided,
                ["is_approved"] = request.Standing == AccessRequestStanding.Approved,
                ["resolve_reason"] = request.IsDecided ? Reason(request.ResolveReason) : "",
                ["approvals"] = Count(request.Reviews.Count(static r => r.Approves), "approval"),
                ["denials"] = Count(request.Reviews.Count(static r => !r.Approves), "denial"),
                ["decided_by"] = List([.. request.Reviews.Select(static r => r.Author)], request.Reviews.Count),
            },
        };
    }

    public static ScriptObject Of(AccessReviewView review, TextMarkup markup, Width width) => new()
    {
        ["author"] = Markup.Escape(markup, TextLimit.Cut(TextLimit.OneLine(review.Author), width.Name)),
        ["sign"] = review.Approves ? "✅" : "❌",
        ["verb"] = review.Approves ? "approved" : "denied",
        ["time"] = Time(review.Created),
        ["via"] = Markup.Escape(markup, TextLimit.Cut(TextLimit.OneLine(review.Via), width.Name)),
        ["reason"] = ReasonOf(review.Reason, markup, width),
    };

    private static string ReasonOf(string text, TextMarkup markup, Width width)
    {
        string clean = TextLimit.Clean(text).Trim();
        return clean.Length == 0 ? "" : Markup.Quote(markup, Markup.Escape(markup, TextLimit.Cut(clean, width.Reason)));
    }

    private static string ListOf(IReadOnlyList<string> items, int count, Width width)
    {
        string shown = string.Join(", ", items.Take(width.Items));
        int more = count - Math.Min(items.Count, width.Items);
        return more > 0 ? string.Create(CultureInfo.InvariantCulture, $"{shown} and {more} more") : shown;
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    // The word as well as the sign: not everybody sees colours.
    private static (string Sign, string Word) Standing(AccessRequestStanding standing) => standing switch
    {
        AccessRequestStanding.Approved => ("✅", "APPROVED"),
        AccessRequestStanding.Denied => ("❌", "DENIED"),
        AccessRequestStanding.Promoted => ("⬆", "PROMOTED"),
        AccessRequestStanding.Expired => ("⌛", "EXPIRED"),
        _ => ("⏳", "PENDING"),
    };
}
