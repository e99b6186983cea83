namespace Teleport.Abstractions.Configuration;

/// <summary>A setting is wrong in a way that only showed when it was used.</summary>
/// <param name="key">The key, as in the file.</param>
/// <param name="message">What is wrong and what would be right; no secrets.</param>
public sealed class OptionsException(string key, string message) : Exception($"{key}: {message}")
{
    /// <summary>The key, as in the file.</summary>
    public string Key { get; } = key;
}
