namespace Teleport.Abstractions.Storage;

/// <summary>Writes that happen together, if all conditions hold. Each key occurs at most once among the operations.</summary>
/// <param name="Conditions">What must hold.</param>
/// <param name="Operations">What is done then.</param>
public sealed record BackendCommit(IReadOnlyList<BackendCondition> Conditions, IReadOnlyList<BackendOperation> Operations);

/// <summary>Something that must hold for a commit to happen.</summary>
/// <param name="Key">The key that is looked at.</param>
/// <param name="Revision">The revision that its item must have; 0: there must be no item; <see cref="AnyRevision"/>: there must be one.</param>
public sealed record BackendCondition(BackendKey Key, long Revision)
{
    /// <summary>Stands for: there must be an item, of whatever revision.</summary>
    public const long AnyRevision = -1;

    /// <summary>There must be no item of that key.</summary>
    public static BackendCondition Missing(BackendKey key) => new(key, 0);

    /// <summary>There must be an item of that key.</summary>
    public static BackendCondition Exists(BackendKey key) => new(key, AnyRevision);

    /// <summary>The item must be the one that was read.</summary>
    public static BackendCondition Unchanged(BackendItem item) => new(item.Key, item.Revision);
}

/// <summary>One write of a commit.</summary>
/// <param name="Key">The key to write.</param>
/// <param name="Value">The new value; <c>null</c>: the item is deleted, and it is no error if there is none.</param>
/// <param name="Expires">When the item goes away; <c>null</c>: never.</param>
public sealed record BackendOperation(BackendKey Key, ReadOnlyMemory<byte>? Value, DateTimeOffset? Expires = null)
{
    /// <summary>Writes an item.</summary>
    public static BackendOperation Put(BackendKey key, ReadOnlyMemory<byte> value, DateTimeOffset? expires = null) => new(key, value, expires);

    /// <summary>Deletes an item.</summary>
    public static BackendOperation Delete(BackendKey key) => new(key, null);
}
