using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Teleport.Hosting.Logging;

/// <summary>How log lines look. Each entry is one line whatever its values hold, so that no value can forge an entry.</summary>
internal static class LogLineFormat
{
    private const int ComponentWidth = 11;
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
    private const string MessageTemplate = "{OriginalFormat}";

    public static string Text(LogLine line, bool withTime)
    {
        var text = new StringBuilder();
        if (withTime)
        {
            text.Append(line.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)).Append(' ');
        }

        text.Append(LogSeverities.Short(line.Level)).Append(' ').Append(('[' + line.Component + ']').PadRight(ComponentWidth)).Append(' ');
        AppendVisible(text, line.Message);
        if (line.Exception is { } exception)
        {
            // The trace is for defects; everything else is said by the messages.
            text.Append(" | ");
            AppendVisible(text, line.Level >= LogLevel.Error ? exception.ToString() : $"{exception.GetType().Name}: {exception.Message}");
        }

        return text.ToString();
    }

    public static string Json(LogLine line)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("timestamp", line.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            writer.WriteString("level", line.Level.ToString().ToLowerInvariant());
            writer.WriteString("component", line.Component);
            writer.WriteNumber("number", line.Number);
            writer.WriteString("message", line.Message);
            if (line.Exception is { } exception)
            {
                writer.WriteString("error", exception.ToString());
            }

            if (line.Facts.Any(static fact => fact.Key != MessageTemplate))
            {
                writer.WriteStartObject("fields");
                foreach ((string name, object? value) in line.Facts.Where(static fact => fact.Key != MessageTemplate).DistinctBy(static fact => fact.Key))
                {
                    writer.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void AppendVisible(StringBuilder text, string value)
    {
        foreach (char c in value)
        {
            _ = c switch
            {
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append(' '),
                _ when char.IsControl(c) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }
    }
}
