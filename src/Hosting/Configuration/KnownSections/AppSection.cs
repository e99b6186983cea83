using System.Net;
using Teleport.Abstractions.Configuration;

namespace Teleport.Hosting.Configuration.KnownSections;

/// <summary>Web applications.</summary>
internal sealed record AppSection : IPluginOptions
{
    public bool Enabled { get; init; }

    public bool DebugApp { get; init; }

    public IReadOnlyList<AppEntry> Apps { get; init; } = [];

    public IReadOnlyList<MatcherSection> Resources { get; init; } = [];

    public void Validate(OptionsValidation validation)
    {
        if (Enabled && Apps.Count == 0 && !DebugApp && Resources.Count == 0)
        {
            validation.AddError("enabled", "the service is enabled without apps, debug_app or resources");
        }

        for (int i = 0; i < Apps.Count; i++)
        {
            Apps[i].Validate(validation, $"apps[{i}]", isTwice: Apps.Take(i).Any(other => other.Name == Apps[i].Name));
        }
    }
}

/// <summary>One application.</summary>
internal sealed record AppEntry
{
    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Uri { get; init; }

    public string? PublicAddr { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<CommandSection> Commands { get; init; } = [];

    public bool InsecureSkipVerify { get; init; }

    public AppRewrite? Rewrite { get; init; }

    public string? Cloud { get; init; }

    public void Validate(OptionsValidation validation, string key, bool isTwice)
    {
        if (!DnsLabels.IsLabel(Name))
        {
            validation.AddError($"{key}.name", $"\"{Name}\" is no name of an application: use lower-case letters, digits and -, at most 63, and begin with a letter");
        }
        else if (isTwice)
        {
            validation.AddError($"{key}.name", $"\"{Name}\" stands here for the second time");
        }

        if (!System.Uri.TryCreate(Uri, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https" or "tcp"))
        {
            validation.AddError($"{key}.uri", $"expected a URL, as http://localhost:8080, got \"{Uri}\"");
        }

        if (PublicAddr is { } address && (address.Contains("://", StringComparison.Ordinal) || address.Contains(':', StringComparison.Ordinal) || IPAddress.TryParse(address, out _)))
        {
            validation.AddError($"{key}.public_addr", $"\"{address}\" must be a host name without scheme and port, and no IP address");
        }

        for (int i = 0; i < Commands.Count; i++)
        {
            Commands[i].Validate(validation, $"{key}.commands[{i}]");
        }
    }
}

/// <summary>What is rewritten between application and browser.</summary>
internal sealed record AppRewrite
{
    public IReadOnlyList<string> Redirect { get; init; } = [];

    public IReadOnlyList<string> Headers { get; init; } = [];

    public string? JwtClaims { get; init; }
}
