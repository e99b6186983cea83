namespace Teleport.Yaml;

/// <summary>A value with its place. Immutable.</summary>
/// <param name="location">Where it begins.</param>
public abstract class YamlNode(YamlLocation location)
{
    /// <summary>Where it begins.</summary>
    public YamlLocation Location { get; } = location;

    /// <summary>For messages: what is there, as "a list".</summary>
    public abstract string Description { get; }
}

/// <summary>A single value.</summary>
/// <param name="text">The text without quotes.</param>
/// <param name="isPlain">Whether it was written without quotes, so that <c>yes</c> or <c>12</c> need not mean a text.</param>
/// <param name="location">Where it begins.</param>
public sealed class YamlScalar(string text, bool isPlain, YamlLocation location) : YamlNode(location)
{
    private const int ShownCharacters = 40;

    /// <summary>The text without quotes.</summary>
    public string Text { get; } = text;

    /// <summary>Whether it was written without quotes.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Whether nothing was written, or <c>null</c>.</summary>
    public bool IsEmpty => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Description =>
        IsEmpty ? "nothing" : $"\"{(Text.Length > ShownCharacters ? Text[..ShownCharacters] + "…" : Text)}\"";
}

/// <summary>A list.</summary>
/// <param name="items">Its values.</param>
/// <param name="location">Where it begins.</param>
public sealed class YamlSequence(IReadOnlyList<YamlNode> items, YamlLocation location) : YamlNode(location)
{
    /// <summary>Its values.</summary>
    public IReadOnlyList<YamlNode> Items { get; } = items;

    /// <inheritdoc/>
    public override string Description => "a list";
}

/// <summary>Keys and values, in the order of the text. No key stands twice.</summary>
/// <param name="entries">Keys and values.</param>
/// <param name="location">Where it begins.</param>
public sealed class YamlMapping(IReadOnlyList<YamlEntry> entries, YamlLocation location) : YamlNode(location)
{
    /// <summary>Keys and values.</summary>
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    /// <inheritdoc/>
    public override string Description => "keys with values";

    /// <summary>The value of a key, or <c>null</c>.</summary>
    public YamlNode? Find(string key)
    {
        foreach (YamlEntry entry in Entries)
        {
            if (entry.Key.Text == key)
            {
                return entry.Value;
            }
        }

        return null;
    }
}

/// <summary>A key and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
public sealed record YamlEntry(YamlScalar Key, YamlNode Value);
