using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Errors;
using Teleport.Yaml;

namespace Teleport.Client.Output;

/// <summary>How a command prints what it found.</summary>
public enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,

    /// <summary>For people and programs.</summary>
    Yaml,

    /// <summary>One name a line.</summary>
    Names,
}

/// <summary>Writes documents in the format that was asked for.</summary>
public static class Documents
{
    /// <summary>Reads the value of <c>--format</c>.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: lists what is possible.</exception>
    public static OutputFormat ParseFormat(string? text, OutputFormat fallback, params OutputFormat[] allowed)
    {
        if (text is null)
        {
            return fallback;
        }

        return Enum.TryParse(text, ignoreCase: true, out OutputFormat format) && allowed.Contains(format) && !int.TryParse(text, out _)
            ? format
            : throw TeleportException.Invalid($"--format is \"{text}\": expected {string.Join(", ", allowed.Select(static f => f.ToString().ToLowerInvariant()))}.");
    }

    /// <summary>An array of JSON documents, indented, or the same as YAML documents.</summary>
    public static string Format(IReadOnlyList<ReadOnlyMemory<byte>> documents, OutputFormat format)
    {
        if (format == OutputFormat.Yaml)
        {
            return documents.Count == 0 ? "" : YamlWriter.FromJson(documents);
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            writer.WriteStartArray();
            foreach (ReadOnlyMemory<byte> document in documents)
            {
                JsonNode.Parse(document.Span)!.WriteTo(writer);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>One JSON document, indented, or the same as YAML.</summary>
    public static string FormatOne(JsonNode document, OutputFormat format)
    {
        ArgumentNullException.ThrowIfNull(document);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            document.WriteTo(writer);
        }

        return format == OutputFormat.Yaml ? YamlWriter.FromJson(stream.ToArray()) : Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static JsonWriterOptions Indented => new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
