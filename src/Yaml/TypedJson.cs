using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Teleport.Yaml;

/// <summary>Writes values as JSON, guided by the metadata of the type that will read it.</summary>
internal sealed class TypedJson
{
    private readonly Utf8JsonWriter _writer;
    private readonly List<YamlMistake> _mistakes;

    private TypedJson(Utf8JsonWriter writer, List<YamlMistake> mistakes) => (_writer, _mistakes) = (writer, mistakes);

    /// <summary>Writes a value. What is returned is complete JSON only if no mistake was added.</summary>
    public static byte[] Write(YamlNode node, JsonTypeInfo type, List<YamlMistake> mistakes)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            new TypedJson(writer, mistakes).WriteValue(node, type, "");
        }

        return stream.ToArray();
    }

    /// <summary>The message of the codec, without the places in JSON that nobody has seen.</summary>
    public static string Sentence(JsonException e)
    {
        string message = e.Message;
        int end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }

    private void WriteValue(YamlNode node, JsonTypeInfo type, string path)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                WriteObject(node, type, path);
                break;
            case JsonTypeInfoKind.Dictionary:
                WriteDictionary(node, type, path);
                break;
            case JsonTypeInfoKind.Enumerable:
                WriteList(node, type, path);
                break;
            default:
                WriteSingle(node, type, path);
                break;
        }
    }

    private void WriteObject(YamlNode node, JsonTypeInfo type, string path)
    {
        _writer.WriteStartObject();
        if (Entries(node, path) is { } entries)
        {
            foreach (YamlEntry entry in entries)
            {
                string name = entry.Key.Text;
                string keyPath = YamlPath.Join(path, name);
                if (type.Properties.FirstOrDefault(p => p.Name == name) is not { } property)
                {
                    string hint = NearestName.Hint(name, [.. type.Properties.Select(static p => p.Name)]);
                    Add(entry.Key, keyPath, $"unknown key; {hint}");
                }
                else if (entry.Value is not YamlScalar { IsEmpty: true })
                {
                    _writer.WritePropertyName(name);
                    WriteValue(entry.Value, type.Options.GetTypeInfo(property.PropertyType), keyPath);
                }
            }
        }

        _writer.WriteEndObject();
    }

    private void WriteDictionary(YamlNode node, JsonTypeInfo type, string path)
    {
        JsonTypeInfo element = type.Options.GetTypeInfo(type.ElementType!);
        _writer.WriteStartObject();
        foreach (YamlEntry entry in Entries(node, path) ?? [])
        {
            _writer.WritePropertyName(entry.Key.Text);
            WriteValue(entry.Value, element, YamlPath.Join(path, entry.Key.Text));
        }

        _writer.WriteEndObject();
    }

    private void WriteList(YamlNode node, JsonTypeInfo type, string path)
    {
        JsonTypeInfo element = type.Options.GetTypeInfo(type.ElementType!);
        // A single value stands for a list of one.
        IReadOnlyList<YamlNode> items = node is YamlSequence sequence ? sequence.Items : [node];
        _writer.WriteStartArray();
        for (int i = 0; i < items.Count; i++)
        {
            WriteValue(items[i], element, YamlPath.Join(path, i));
        }

        _writer.WriteEndArray();
    }

    private void WriteSingle(YamlNode node, JsonTypeInfo type, string path)
    {
        Type target = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (node is YamlScalar { IsEmpty: true } && target != typeof(string))
        {
            _writer.WriteNullValue();
        }
        else if (target == typeof(string))
        {
            WriteText(node, path);
        }
        else if (target == typeof(bool))
        {
            WriteScalar(node, path, "yes or no", text => YamlText.TryReadBoolean(text, out bool value) && Write(() => _writer.WriteBooleanValue(value)));
        }
        else if (target == typeof(int) || target == typeof(long) || target == typeof(short) || target == typeof(byte))
        {
            WriteScalar(node, path, "a whole number, as 10", text => YamlText.TryReadInteger(text, out long value) && Write(() => _writer.WriteNumberValue(value)));
        }
        else if (target == typeof(double) || target == typeof(float) || target == typeof(decimal))
        {
            WriteScalar(node, path, "a number, as 70 or 0.5", text => YamlText.TryReadNumber(text, out double value) && Write(() => _writer.WriteNumberValue(value)));
        }
        else
        {
            WriteByCodec(node, type, path);
        }
    }

    private void WriteText(YamlNode node, string path)
    {
        if (node is YamlScalar scalar)
        {
            _writer.WriteStringValue(scalar.IsEmpty ? "" : scalar.Text);
        }
        else
        {
            Add(node, path, $"expected a text, got {node.Description}");
            _writer.WriteNullValue();
        }
    }

    private void WriteScalar(YamlNode node, string path, string expected, Func<string, bool> write)
    {
        if (node is not YamlScalar scalar || !write(scalar.Text))
        {
            Add(node, path, $"expected {expected}, got {node.Description}");
            _writer.WriteNullValue();
        }
    }

    // Types with a codec of their own (names, times, lists that may be one text): most read texts, so that is tried first.
    private void WriteByCodec(YamlNode node, JsonTypeInfo type, string path)
    {
        byte[] asTexts = UntypedJson.ToBytes(node, textsOnly: true);
        if (Reads(asTexts, type, out string refusal))
        {
            _writer.WriteRawValue(asTexts);
            return;
        }

        byte[] asRead = UntypedJson.ToBytes(node, textsOnly: false);
        if (Reads(asRead, type, out _))
        {
            _writer.WriteRawValue(asRead);
            return;
        }

        Type target = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        Add(node, path, target.IsEnum
            ? $"expected one of {string.Join(", ", Enum.GetNames(target))}, got {node.Description}"
            : target == typeof(DateTimeOffset) || target == typeof(DateTime)
                ? $"expected a time, as 2030-12-31T23:59:59Z, got {node.Description}"
                : $"{refusal}, got {node.Description}");
        _writer.WriteNullValue();
    }

    private static bool Reads(ReadOnlySpan<byte> json, JsonTypeInfo type, out string refusal)
    {
        refusal = "";
        try
        {
            JsonSerializer.Deserialize(json, type);
            return true;
        }
        catch (JsonException e)
        {
            refusal = Sentence(e);
            return false;
        }
    }

    private IReadOnlyList<YamlEntry>? Entries(YamlNode node, string path)
    {
        if (node is YamlMapping mapping)
        {
            return mapping.Entries;
        }

        if (node is not YamlScalar { IsEmpty: true })
        {
            Add(node, path, $"expected keys with values, got {node.Description}");
        }

        return null;
    }

    private void Add(YamlNode node, string path, string message) => _mistakes.Add(new YamlMistake(node.Location, path, message));

    private static bool Write(Action write)
    {
        write();
        return true;
    }
}
