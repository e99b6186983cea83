using Teleport.Abstractions.Errors;

namespace Teleport.Access.Requests;

/// <summary>The times of a request: how long it may wait, when the access ends, how long each certificate lives.</summary>
internal sealed record RequestTimes(DateTimeOffset PendingUntil, DateTimeOffset AccessEnds, TimeSpan? MaxDuration, TimeSpan SessionTtl)
{
    /// <summary>No access by request lasts longer.</summary>
    public static readonly TimeSpan LongestAccess = TimeSpan.FromDays(14);

    private static readonly TimeSpan DefaultPending = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPending = TimeSpan.FromDays(7);

    /// <param name="own">The requester's roles.</param>
    /// <param name="requested">The roles asked for.</param>
    /// <param name="sources">Those of the requester's roles that make the requested ones requestable.</param>
    /// <param name="wish">What the requester wishes.</param>
    /// <param name="sessionEnds">When the requester's login ends; <c>null</c>: somebody else asks for them.</param>
    /// <param name="now">Now.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: a wish cannot be met.</exception>
    public static RequestTimes Of(
        IReadOnlyList<ResolvedRole> own, IReadOnlyList<ResolvedRole> requested, IReadOnlyList<ResolvedRole> sources, RequestWish wish, DateTimeOffset? sessionEnds, DateTimeOffset now)
    {
        TimeSpan session = own.Concat(requested)
            .Select(static role => role.Options.MaxSessionTtl is { } text ? Durations.Parse(text, "max_session_ttl") : null)
            .Append(CertificateRules.LongestTtl)
            .Min()!.Value;
        TimeSpan? byRoles = sources.Select(static role => role.Allow.Requests.Source.MaxDuration is { } text ? Durations.Parse(text, "max_duration") : null)
            .Where(static span => span is not null).Min();
        TimeSpan limit = byRoles ?? session;
        TimeSpan access = Least(wish.MaxDuration ?? limit, limit, LongestAccess);
        DateTimeOffset begins = wish.AssumeStart is { } start && start > now ? start : now;
        DateTimeOffset ends = begins + access;
        if (wish.AssumeStart is { } wished && (wished <= now || wished > now + LongestPending))
        {
            throw TeleportException.Invalid($"The start of the access is {wished:u}: it must be in the future, at most 7 days from now.");
        }

        DateTimeOffset latest = Earlier(ends, now + LongestPending);
        latest = sessionEnds is { } end ? Earlier(latest, end) : latest;
        if (wish.RequestTtl is { } ttl && now + ttl > latest)
        {
            throw TeleportException.Invalid(
                $"The request cannot wait for {Durations.Format(ttl)}: at most {Durations.Format(latest - now)}, by your session and roles. Ask for less, or log in again first.");
        }

        return new RequestTimes(
            wish.RequestTtl is { } own1 ? now + own1 : Earlier(latest, begins + DefaultPending),
            ends,
            wish.MaxDuration is null && byRoles is null ? null : access,
            wish.SessionTtl is { } shorter ? Least(shorter, session) : session);
    }

    private static TimeSpan Least(params ReadOnlySpan<TimeSpan> spans)
    {
        TimeSpan least = spans[0];
        foreach (TimeSpan span in spans)
        {
            least = span < least ? span : least;
        }

        return least;
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
