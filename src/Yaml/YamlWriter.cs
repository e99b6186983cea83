using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Teleport.Yaml;

/// <summary>Writes JSON as YAML, keys in the order of the JSON.</summary>
public static class YamlWriter
{
    private const int IndentSize = 2;

    /// <summary>Writes one document.</summary>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public static string FromJson(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return FromJson(document.RootElement);
    }

    /// <summary>Writes one document.</summary>
    public static string FromJson(JsonElement element)
    {
        var yaml = new StringBuilder();
        WriteDocument(yaml, element);
        return yaml.ToString();
    }

    /// <summary>Writes several documents, separated by <c>---</c>.</summary>
    public static string FromJson(IEnumerable<ReadOnlyMemory<byte>> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return string.Join("---\n", documents.Select(FromJson));
    }

    /// <summary>A text as a single value, in quotes if it would be read as something else without.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return NeedsQuotes(text) ? JsonQuoted(text) : text;
    }

    private static void WriteDocument(StringBuilder yaml, JsonElement element)
    {
        if (IsBlock(element))
        {
            WriteBlock(yaml, element, 0);
        }
        else
        {
            yaml.Append(Single(element)).Append('\n');
        }
    }

    private static void WriteBlock(StringBuilder yaml, JsonElement element, int indent)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                yaml.Append(' ', indent).Append(Quote(property.Name)).Append(':');
                WriteAfterKey(yaml, property.Value, indent);
            }

            return;
        }

        foreach (JsonElement item in element.EnumerateArray())
        {
            yaml.Append(' ', indent).Append('-');
            if (!IsBlock(item))
            {
                yaml.Append(' ').Append(Single(item)).Append('\n');
                continue;
            }

            // The first key stands on the line of its dash.
            var block = new StringBuilder();
            WriteBlock(block, item, indent + IndentSize);
            yaml.Append(' ', IndentSize - 1).Append(block.ToString().AsSpan(indent + IndentSize));
        }
    }

    private static void WriteAfterKey(StringBuilder yaml, JsonElement value, int indent)
    {
        if (IsBlock(value))
        {
            yaml.Append('\n');
            // Items of a list stand under their key without further indentation, as people write them.
            WriteBlock(yaml, value, value.ValueKind == JsonValueKind.Array ? indent : indent + IndentSize);
        }
        else if (value.ValueKind == JsonValueKind.String && IsTextBlock(value.GetString()!))
        {
            WriteTextBlock(yaml, value.GetString()!, indent + IndentSize);
        }
        else
        {
            yaml.Append(' ').Append(Single(value)).Append('\n');
        }
    }

    private static void WriteTextBlock(StringBuilder yaml, string text, int indent)
    {
        yaml.Append(text.EndsWith('\n') ? " |\n" : " |-\n");
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            yaml.Append(' ', line.Length == 0 ? 0 : indent).Append(line).Append('\n');
        }
    }

    private static bool IsBlock(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(),
        JsonValueKind.Array => element.GetArrayLength() > 0,
        _ => false,
    };

    private static string Single(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => "[]",
        JsonValueKind.String => Quote(element.GetString()!),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => element.GetRawText(),
        _ => "null",
    };

    // Several lines without anything that only quotes can express.
    private static bool IsTextBlock(string text) =>
        text.TrimEnd('\n').Contains('\n', StringComparison.Ordinal)
        && !text.EndsWith("\n\n", StringComparison.Ordinal)
        && text[0] is not (' ' or '\n')
        && !text.Any(static c => (char.IsControl(c) && c != '\n') || c is '\u2028' or '\u2029' or '\ufeff');

    private static bool NeedsQuotes(string text) =>
        text.Length == 0
        || text is "~" or "=" or "<<"
        || text.Equals("null", StringComparison.OrdinalIgnoreCase)
        || YamlText.TryReadBoolean(text, out _)
        || text.Equals("y", StringComparison.OrdinalIgnoreCase) || text.Equals("n", StringComparison.OrdinalIgnoreCase)
        || LooksLikeNumberOrTime(text)
        || "-?:,[]{}#&*!|>'\"%@`".Contains(text[0], StringComparison.Ordinal)
        || char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]) || text[^1] == ':'
        || text.Contains(": ", StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal)
        || text is "---" or "..."
        || text.Any(static c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\ufeff');

    // Other readers of YAML take 0x1f, 1_000, 12:30:45, .inf and 2030-01-01 for numbers and times.
    private static bool LooksLikeNumberOrTime(string text) =>
        YamlText.TryReadNumber(text, out _)
        || text is ".inf" or "-.inf" or ".nan" or ".Inf" or ".NaN"
        || (text[0] is (>= '0' and <= '9') or '+' or '.' && text.All(static c => char.IsAsciiHexDigit(c) || c is '_' or ':' or '.' or 'x' or 'o' or '+' or '-' or 'T' or 'Z'));

    private static string JsonQuoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\U{char.ConvertToUtf32(c, text[++i]):X8}");
                continue;
            }

            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                _ when char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\ufeff' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
