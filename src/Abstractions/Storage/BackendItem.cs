namespace Teleport.Abstractions.Storage;

/// <summary>A stored item.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its bytes, at most <see cref="IBackend.MaxValueBytes"/>; not to be changed.</param>
/// <param name="Revision">Revision of the commit that wrote it.</param>
/// <param name="Expires">When it goes away; <c>null</c>: never.</param>
public sealed record BackendItem(BackendKey Key, ReadOnlyMemory<byte> Value, long Revision, DateTimeOffset? Expires = null);
