using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Resources;

/// <summary>Something that the cluster keeps: what kind it is, how it is called, what it says.</summary>
/// <remarks>
/// Treat resources as immutable, and change them by <c>with</c>. They have setters only because generated JSON code gives an
/// <c>init</c> property that is missing in the text the type's default in place of the property's initial value.
/// </remarks>
public abstract record Resource
{
    /// <summary>The kind, as <c>role</c>. One of <see cref="ResourceKinds"/>.</summary>
    [JsonPropertyOrder(-10)]
    public abstract string Kind { get; set; }

    /// <summary>A finer kind, or <c>null</c>.</summary>
    [JsonPropertyOrder(-9)]
    public string? SubKind { get; set; }

    /// <summary>Version of the layout of <c>spec</c>, as <c>v2</c>.</summary>
    [JsonPropertyOrder(-8)]
    public abstract string Version { get; set; }

    /// <summary>Name, labels, life.</summary>
    [JsonPropertyOrder(-7)]
    public ResourceMetadata Metadata { get; set; } = new();

    /// <summary>Checks what types cannot say.</summary>
    /// <exception cref="Errors.TeleportException">Code <c>invalid</c>: names the field and what would be right.</exception>
    public virtual void Validate() => Metadata.Validate(Kind);
}
