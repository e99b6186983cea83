using System.Globalization;
using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Client.Output;

/// <summary>Durations as people write them: <c>1h30m</c>.</summary>
public static class DurationText
{
    /// <summary>Writes whole seconds, as <c>12h0m0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        long seconds = Math.Max(0, (long)duration.TotalSeconds);
        (long hours, long minutes) = (seconds / 3600, seconds / 60 % 60);
        return (hours, minutes) switch
        {
            (0, 0) => string.Create(CultureInfo.InvariantCulture, $"{seconds}s"),
            (0, _) => string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds % 60}s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{hours}h{minutes}m{seconds % 60}s"),
        };
    }

    /// <summary>Writes a duration for a sentence, as <c>5 minutes</c>.</summary>
    public static string Words(TimeSpan duration)
    {
        long minutes = (long)Math.Round(duration.TotalMinutes);
        return minutes == 1 ? "1 minute" : string.Create(CultureInfo.InvariantCulture, $"{minutes} minutes");
    }

    /// <summary>Reads <c>90s</c>, <c>1h30m</c>, <c>2d</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="flag">Where it was written, for the message.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is no positive duration.</exception>
    public static TimeSpan Parse(string text, string flag)
    {
        ArgumentNullException.ThrowIfNull(text);
        double seconds = 0;
        var number = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]) || text[i] == '.')
            {
                number.Append(text[i]);
                continue;
            }

            bool isMilliseconds = text[i] == 'm' && i + 1 < text.Length && text[i + 1] == 's';
            double unit = text[i] switch
            {
                'm' when isMilliseconds => 0.001,
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86400,
                _ => 0,
            };
            if (unit == 0 || !double.TryParse(number.ToString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count))
            {
                throw Bad();
            }

            seconds += count * unit;
            number.Clear();
            i += isMilliseconds ? 1 : 0;
        }

        return number.Length == 0 && seconds > 0 && seconds < TimeSpan.MaxValue.TotalSeconds / 2
            ? TimeSpan.FromSeconds(seconds)
            : throw Bad();

        TeleportException Bad() => TeleportException.Invalid($"{flag} is \"{Names.Printable(text)}\": expected a duration such as 30m, 1h30m or 12h.");
    }
}
