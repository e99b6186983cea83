using System.Globalization;

namespace Teleport.Delivery.Services;

/// <summary>How long a service wants to be left alone, in the ways that services say it.</summary>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The time to wait; <c>null</c>: the answer says nothing.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="now">The present time; the least value: times that name a date count as long.</param>
    public static TimeSpan? Of(HttpResponseMessage response, DateTimeOffset now)
    {
        TimeSpan? wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => now == DateTimeOffset.MinValue ? Longest : date - now,
            _ => Reset(response, "X-RateLimit-Reset", now) ?? Reset(response, "X-Ratelimit-Reset-After", now),
        };
        return wait is not { } some ? null : some < TimeSpan.Zero ? TimeSpan.Zero : some > Longest ? Longest : some;
    }

    // Seconds from now, or since 1970: a number that is a date is far greater than any wait.
    private static TimeSpan? Reset(HttpResponseMessage response, string header, DateTimeOffset now)
    {
        if (!response.Headers.TryGetValues(header, out IEnumerable<string>? values)
            || !double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) || !double.IsFinite(seconds))
        {
            return null;
        }

        return seconds < 1e8 ? TimeSpan.FromSeconds(Math.Max(0, seconds))
            : now == DateTimeOffset.MinValue ? Longest
            : DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, 1e11)) - now;
    }
}
