namespace Teleport.Yaml;

/// <summary>Something that is wrong in a text.</summary>
/// <param name="Location">Where.</param>
/// <param name="Path">The keys that lead there, as <c>spec.allow.rules[0]</c>; empty for the whole.</param>
/// <param name="Message">What is wrong and what would be right.</param>
/// <param name="IsWarning">Whether the text can be used all the same.</param>
public sealed record YamlMistake(YamlLocation Location, string Path, string Message, bool IsWarning = false)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => Path.Length == 0 ? $"{Location}: {Message}" : $"{Location}: {Path}: {Message}";
}
