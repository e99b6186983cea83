namespace Teleport.Hosting.Configuration;

/// <summary>A configuration is wrong.</summary>
/// <param name="mistakes">One line for each mistake, at least one.</param>
public sealed class ConfigurationException(IReadOnlyList<string> mistakes) : Exception(string.Join(Environment.NewLine, mistakes))
{
    /// <summary>One line for each mistake: place, key, what is wrong, what would be right.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
