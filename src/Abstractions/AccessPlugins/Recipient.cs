namespace Teleport.Abstractions.AccessPlugins;

/// <summary>Somebody or something that can be told.</summary>
/// <param name="Id">The service's stable id: two names of one recipient give one id.</param>
public sealed record Recipient(string Id)
{
    /// <summary>Whether it is one person, who is told in private.</summary>
    public bool IsPerson { get; init; }
}
