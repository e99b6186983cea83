namespace Teleport.Node;

/// <summary>A label that a command produces.</summary>
public sealed record CommandLabelOptions
{
    /// <summary>The label's key.</summary>
    public string Name { get; init; } = "";

    /// <summary>The program and its arguments; no shell is involved.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>How often it runs; less than a second counts as a second.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromMinutes(1);
}
