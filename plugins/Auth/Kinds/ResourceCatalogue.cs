using System.Collections.Frozen;
using Teleport.Abstractions.Errors;

namespace Teleport.Auth.Kinds;

/// <summary>All kinds that the API knows.</summary>
internal sealed class ResourceCatalogue(IEnumerable<IResourceKind> kinds)
{
    private readonly FrozenDictionary<string, IResourceKind> _kinds = kinds.ToFrozenDictionary(static k => k.Kind, StringComparer.Ordinal);

    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public IResourceKind Get(string kind) => _kinds.TryGetValue(kind, out IResourceKind? found)
        ? found
        : throw TeleportException.Invalid($"The kind of resource \"{(kind.Length > 64 ? kind[..64] : kind)}\" is unknown. Known are {string.Join(", ", _kinds.Keys.Order(StringComparer.Ordinal))}.");
}
