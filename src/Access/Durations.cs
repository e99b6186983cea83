using System.Globalization;
using Teleport.Abstractions.Errors;

namespace Teleport.Access;

/// <summary>Durations as they stand in resources: <c>1h30m</c>, <c>45s</c>, <c>never</c>.</summary>
public static class Durations
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3660);

    /// <summary>Reads a duration; <c>null</c> for <c>never</c>, <c>no</c>, <c>0</c> and <c>0s</c>.</summary>
    /// <param name="text">What stands in the resource.</param>
    /// <param name="field">Where it stands, for the error.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static TimeSpan? Parse(string text, string field)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text is "never" or "no" or "0" or "0s")
        {
            return null;
        }

        TimeSpan total = TimeSpan.Zero;
        ReadOnlySpan<char> rest = text;
        while (rest.Length > 0)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is <= 0 or > 9)
            {
                throw Invalid(text, field);
            }

            long amount = long.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            int unit = rest.IndexOfAnyInRange('0', '9') is >= 0 and var next ? next : rest.Length;
            total += rest[..unit] switch
            {
                "d" => TimeSpan.FromDays(amount),
                "h" => TimeSpan.FromHours(amount),
                "m" => TimeSpan.FromMinutes(amount),
                "s" => TimeSpan.FromSeconds(amount),
                "ms" => TimeSpan.FromMilliseconds(amount),
                _ => throw Invalid(text, field),
            };
            if (total > Longest)
            {
                throw Invalid(text, field);
            }

            rest = rest[unit..];
        }

        return total > TimeSpan.Zero ? total : throw Invalid(text, field);
    }

    /// <summary>Writes a duration as people read it: <c>12h0m0s</c>, <c>5m0s</c>, <c>45s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        long seconds = (long)duration.TotalSeconds;
        (long h, long m, long s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        return h > 0 ? string.Create(CultureInfo.InvariantCulture, $"{h}h{m}m{s}s")
            : m > 0 ? string.Create(CultureInfo.InvariantCulture, $"{m}m{s}s")
            : string.Create(CultureInfo.InvariantCulture, $"{s}s");
    }

    private static TeleportException Invalid(string text, string field) =>
        TeleportException.Invalid($"{field} is \"{text}\": expected a duration such as 30m, 8h or 1h30m, or never.");
}
