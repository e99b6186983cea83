using System.Globalization;

namespace Teleport.Yaml;

/// <summary>Where something stands in a text.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Origin">What stands for a place that is in no text, as <c>--roles</c>; <c>null</c>: the text.</param>
public readonly record struct YamlLocation(int Line, int Column, string? Origin = null)
{
    /// <summary>As <c>line 3, column 5</c>, or the origin.</summary>
    public override string ToString() => Origin ?? string.Create(CultureInfo.InvariantCulture, $"line {Line}, column {Column}");
}
