namespace Teleport.Abstractions.Storage;

/// <summary>What a watch delivers.</summary>
/// <param name="Key">The key that changed.</param>
/// <param name="Item">The new item; <c>null</c>: it was deleted or expired.</param>
/// <param name="Revision">Revision of the commit.</param>
public sealed record BackendChange(BackendKey Key, BackendItem? Item, long Revision);
