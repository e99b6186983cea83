namespace Teleport.Abstractions.Configuration;

/// <summary>Marks an option of older configurations that is accepted and has no effect. The host warns when it is set.</summary>
/// <param name="reason">What to do instead; <c>null</c> to accept it without a word.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LegacyAttribute(string? reason = null) : Attribute
{
    /// <summary>What to do instead; <c>null</c> to accept it without a word.</summary>
    public string? Reason { get; } = reason;
}
