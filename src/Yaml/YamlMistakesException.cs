namespace Teleport.Yaml;

/// <summary>A text is not what it should be. Holds all mistakes, not only the first.</summary>
/// <param name="mistakes">At least one.</param>
public sealed class YamlMistakesException(IReadOnlyList<YamlMistake> mistakes)
    : Exception(string.Join(Environment.NewLine, mistakes))
{
    /// <summary>What is wrong, in the order of the text.</summary>
    public IReadOnlyList<YamlMistake> Mistakes { get; } = mistakes;
}
