namespace Teleport.Proxy.Configuration;

/// <summary>Settings of the web terminal.</summary>
public sealed record UiOptions
{
    /// <summary>Lines that a terminal keeps.</summary>
    public int? ScrollbackLines { get; init; }

    /// <summary>Which resources are shown: <c>requestable</c> or <c>accessible_only</c>.</summary>
    public string? ShowResources { get; init; }
}
