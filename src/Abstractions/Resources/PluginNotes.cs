using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Resources;

/// <summary>What an access plugin keeps of one access request: ids and flags, never secrets. Not listed, not watched; changed by compare-and-swap.</summary>
public sealed record PluginNotes : Resource
{
    /// <summary>Largest sum of keys and values, in bytes of UTF-8.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.PluginData;

    /// <inheritdoc/>
    [JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v3";

    /// <summary>The plugin and its data. <c>metadata.name</c> is the request.</summary>
    public PluginNotesSpec Spec { get; set; } = new();
}

/// <summary>The data of one plugin.</summary>
public sealed record PluginNotesSpec
{
    /// <summary>The plugin.</summary>
    public string Plugin { get; set; } = "";

    /// <summary>Its data.</summary>
    public IReadOnlyDictionary<string, string> Data { get; set; } = new Dictionary<string, string>();
}
