namespace Teleport.Abstractions.Configuration;

/// <summary>One mistake in options.</summary>
/// <param name="Key">The key within the section, as in the file.</param>
/// <param name="Message">What is wrong and what would be right; no secrets.</param>
/// <param name="IsWarning">Whether the host starts all the same.</param>
public sealed record OptionsMistake(string Key, string Message, bool IsWarning);
