using Teleport.Abstractions.Configuration;

namespace Teleport.Hosting.Configuration.KnownSections;

/// <summary>A label that a command computes.</summary>
internal sealed record CommandSection
{
    public string? Name { get; init; }

    public IReadOnlyList<string> Command { get; init; } = [];

    public TimeSpan Period { get; init; } = TimeSpan.FromMinutes(1);

    public void Validate(OptionsValidation validation, string key)
    {
        if (string.IsNullOrEmpty(Name) || Command.Count == 0)
        {
            validation.AddError(key, "needs name and command");
        }
    }
}

/// <summary>Resources to pick up, by label.</summary>
internal sealed record MatcherSection
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Labels { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
}

/// <summary>Names of services as they become part of host names.</summary>
internal static class DnsLabels
{
    private const int MaxLength = 63;

    public static bool IsLabel(string? name) =>
        name is { Length: > 0 and <= MaxLength }
        && char.IsAsciiLetterLower(name[0])
        && name[^1] != '-'
        && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
