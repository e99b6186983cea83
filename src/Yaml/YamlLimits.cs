namespace Teleport.Yaml;

/// <summary>How much of a text is read before it is refused.</summary>
public sealed record YamlLimits
{
    /// <summary>Length of the text.</summary>
    public int MaxCharacters { get; init; } = 4 * 1024 * 1024;

    /// <summary>Lists and keys within each other.</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>Values of all documents together.</summary>
    public int MaxNodes { get; init; } = 200_000;

    /// <summary>Mistakes that are reported at most.</summary>
    public int MaxMistakes { get; init; } = 100;
}
