using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Resources;

/// <summary>A list of texts for which a single text may stand, as in <c>env: dev</c> for <c>env: [dev]</c>. Immutable.</summary>
[JsonConverter(typeof(StringListConverter))]
[CollectionBuilder(typeof(StringListBuilder), nameof(StringListBuilder.Create))]
public sealed class StringList : IReadOnlyList<string>, IEquatable<StringList>
{
    private readonly string[] _values;

    internal StringList(string[] values) => _values = values;

    /// <inheritdoc/>
    public int Count => _values.Length;

    /// <inheritdoc/>
    public string this[int index] => _values[index];

    /// <inheritdoc/>
    public bool Equals(StringList? other) => other is not null && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StringList);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Length == 0 ? 0 : HashCode.Combine(_values.Length, _values[0]);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes lists for collection expressions.</summary>
public static class StringListBuilder
{
    /// <summary>Copies the values.</summary>
    public static StringList Create(ReadOnlySpan<string> values) => new(values.ToArray());
}

/// <summary>Reads a text or a list of texts; writes a list.</summary>
public sealed class StringListConverter : JsonConverter<StringList>
{
    /// <inheritdoc/>
    public override StringList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return [reader.GetString()!];
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("expected a text or a list of texts");
        }

        var values = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            values.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("expected a text in the list"));
        }

        return new StringList([.. values]);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StringList value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartArray();
        foreach (string item in value)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }
}
