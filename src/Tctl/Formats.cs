using System.CommandLine;
using System.Globalization;
using Teleport.Abstractions.Errors;
using Teleport.Client.Output;

namespace Teleport.Tctl;

/// <summary>What many commands share: the option of the format, durations, lists.</summary>
internal static class Formats
{
    public static Option<string?> Option() => new("--format") { Description = "text, json or yaml." };

    public static OutputFormat Of(string? text, OutputFormat fallback = OutputFormat.Text) =>
        Documents.ParseFormat(text, fallback, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);

    public static string[] List(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Reads a duration such as <c>1h30m</c>.</summary>
    public static TimeSpan Duration(string text, string option)
    {
        TimeSpan total = TimeSpan.Zero;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                continue;
            }

            if (i == start || !int.TryParse(text[start..i], NumberStyles.None, CultureInfo.InvariantCulture, out int amount))
            {
                throw Wrong(text, option);
            }

            total += text[i] switch
            {
                'd' => TimeSpan.FromDays(amount),
                'h' => TimeSpan.FromHours(amount),
                'm' => TimeSpan.FromMinutes(amount),
                's' => TimeSpan.FromSeconds(amount),
                _ => throw Wrong(text, option),
            };
            start = i + 1;
        }

        return start == text.Length && total > TimeSpan.Zero ? total : throw Wrong(text, option);
    }

    public static string Format(TimeSpan duration) => duration.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalHours}h{duration.Minutes}m{duration.Seconds}s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{duration.Seconds}s");

    private static TeleportException Wrong(string text, string option) =>
        TeleportException.Invalid($"{option} is \"{text}\": expected a duration such as 30m, 8h or 1h30m.");
}
