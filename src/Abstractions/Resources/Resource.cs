using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Resources;

/// <summary>Something that the cluster keeps: what kind it is, how it is called, what it says.</summary>
public abstract record Resource
{
    /// <summary>The kind, as <c>role</c>. One of <see cref="ResourceKinds"/>.</summary>
    [JsonPropertyOrder(-10)]
    public abstract string Kind { get; init; }

    /// <summary>A finer kind, or <c>null</c>.</summary>
    [JsonPropertyOrder(-9)]
    public string? SubKind { get; init; }

    /// <summary>Version of the layout of <c>spec</c>, as <c>v2</c>.</summary>
    [JsonPropertyOrder(-8)]
    public abstract string Version { get; init; }

    /// <summary>Name, labels, life.</summary>
    [JsonPropertyOrder(-7)]
    public ResourceMetadata Metadata { get; init; } = new();

    /// <summary>Checks what types cannot say.</summary>
    /// <exception cref="Errors.TeleportException">Code <c>invalid</c>: names the field and what would be right.</exception>
    public virtual void Validate() => Metadata.Validate(Kind);
}
