using System.Text.Json;

namespace Teleport.Yaml;

/// <summary>Writes values as JSON without knowing what they are for.</summary>
public static class UntypedJson
{
    /// <summary>The JSON of a value.</summary>
    /// <param name="node">The value.</param>
    /// <param name="textsOnly">Whether <c>12</c> and <c>true</c> are texts too; else they are what they look like unless quoted.</param>
    public static byte[] ToBytes(YamlNode node, bool textsOnly = false)
    {
        ArgumentNullException.ThrowIfNull(node);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Write(writer, node, textsOnly);
        }

        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, YamlNode node, bool textsOnly)
    {
        switch (node)
        {
            case YamlMapping mapping:
                writer.WriteStartObject();
                foreach (YamlEntry entry in mapping.Entries)
                {
                    writer.WritePropertyName(entry.Key.Text);
                    Write(writer, entry.Value, textsOnly);
                }

                writer.WriteEndObject();
                break;
            case YamlSequence sequence:
                writer.WriteStartArray();
                foreach (YamlNode item in sequence.Items)
                {
                    Write(writer, item, textsOnly);
                }

                writer.WriteEndArray();
                break;
            case YamlScalar scalar:
                WriteScalar(writer, scalar, textsOnly);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter writer, YamlScalar scalar, bool textsOnly)
    {
        if (scalar.IsEmpty)
        {
            writer.WriteNullValue();
        }
        else if (textsOnly || !scalar.IsPlain)
        {
            writer.WriteStringValue(scalar.Text);
        }
        else if (scalar.Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            writer.WriteBooleanValue(scalar.Text[0] is 't' or 'T');
        }
        else if (YamlText.TryReadInteger(scalar.Text, out long integer))
        {
            writer.WriteNumberValue(integer);
        }
        else if (YamlText.TryReadNumber(scalar.Text, out double number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(scalar.Text);
        }
    }
}
