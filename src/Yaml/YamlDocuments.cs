namespace Teleport.Yaml;

/// <summary>Reads texts. What a peer could use against us is refused: aliases, tags, keys that stand twice, endless depth.</summary>
public static class YamlDocuments
{
    /// <summary>Reads all documents of a text; empty ones are left out.</summary>
    /// <exception cref="YamlMistakesException">The text is no YAML, or exceeds a limit.</exception>
    public static IReadOnlyList<YamlNode> Parse(string text, YamlLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new YamlReader(text, limits ?? new YamlLimits()).ReadAll();
    }

    /// <summary>Reads a text of one document as far as it can be understood: a block that is no YAML is left out and reported.</summary>
    /// <returns>The document, or <c>null</c> for an empty text; and what is wrong with it.</returns>
    public static (YamlNode? Document, IReadOnlyList<YamlMistake> Mistakes) ParseTolerantly(string text, YamlLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return YamlRecovery.Parse(text, limits ?? new YamlLimits());
    }
}
