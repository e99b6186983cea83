namespace Teleport.Abstractions.Security;

/// <summary>A caller may do something with resources of a kind.</summary>
public sealed class ResourceGrant : Grant
{
    internal ResourceGrant(Caller caller, string kind, string verb, string? name)
        : base(caller) => (Kind, Verb, Name) = (kind, verb, name);

    /// <summary>The kind of resource, as <c>role</c>.</summary>
    public string Kind { get; }

    /// <summary>What was allowed, as <c>delete</c>.</summary>
    public string Verb { get; }

    /// <summary>The resource that was checked; <c>null</c>: any of the kind.</summary>
    public string? Name { get; }
}
