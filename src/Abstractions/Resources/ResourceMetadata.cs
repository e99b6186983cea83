using Teleport.Abstractions.Errors;

namespace Teleport.Abstractions.Resources;

/// <summary>What every resource has.</summary>
public sealed record ResourceMetadata
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 255;

    /// <summary>Largest number of labels.</summary>
    public const int MaxLabels = 100;

    /// <summary>Longest label value, in characters.</summary>
    public const int MaxLabelLength = 1024;

    /// <summary>The name: letters, digits and <c>@ . _ = + : -</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>For people.</summary>
    public string? Description { get; set; }

    /// <summary>Labels; keys that start with <c>teleport.internal/</c> are the system's own.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>When the resource goes away; <c>null</c>: never.</summary>
    public DateTimeOffset? Expires { get; set; }

    /// <summary>Revision of the stored resource, as an opaque text; on a write, the one that must be replaced; <c>null</c>: whichever.</summary>
    public string? Revision { get; set; }

    /// <summary>Whether a text can be a name.</summary>
    public static bool IsValidName(string name) =>
        name.Length is > 0 and <= MaxNameLength
        && name is not ("." or "..")
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '@' or '.' or '_' or '=' or '+' or ':' or '-');

    internal void Validate(string kind)
    {
        if (!IsValidName(Name))
        {
            throw TeleportException.Invalid(
                $"metadata.name of {kind} is \"{Name}\": a name has 1 to {MaxNameLength} letters, digits or the characters @ . _ = + : -");
        }

        if (Labels is { } labels && (labels.Count > MaxLabels || labels.Any(static l => l.Value.Length > MaxLabelLength || l.Key.Length is 0 or > 255)))
        {
            throw TeleportException.Invalid(
                $"metadata.labels of {kind} \"{Name}\": at most {MaxLabels} labels with values of at most {MaxLabelLength} characters.");
        }
    }
}
