namespace Teleport.Abstractions.AccessPlugins;

/// <summary>An access plugin that the configuration names. Made by the host; service roles that run access plugins have a list of them among their options.</summary>
public sealed record ConfiguredAccessPlugin
{
    /// <summary>The instance's name: its key below <c>access_service.plugins</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Which plugin it is, as <c>slack</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Its options, checked; <c>null</c> when it cannot be loaded.</summary>
    public AccessPluginOptions? Options { get; init; }

    /// <summary>Makes it; <c>null</c> when it cannot be loaded.</summary>
    public Func<IAccessPluginContext, IAccessPlugin>? Create { get; init; }

    /// <summary>Why it cannot be loaded; <c>null</c>: it can.</summary>
    public string? Failure { get; init; }
}
