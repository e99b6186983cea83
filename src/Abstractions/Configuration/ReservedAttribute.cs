namespace Teleport.Abstractions.Configuration;

/// <summary>Marks an option that is known and bound, but not acted on yet. The host refuses a value other than the initial one.</summary>
/// <param name="reason">Ends the sentence "… is not supported yet: ", with what to do instead.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReservedAttribute(string reason) : Attribute
{
    /// <summary>Why, and what to do instead.</summary>
    public string Reason { get; } = reason;
}
