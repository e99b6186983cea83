namespace Teleport.Abstractions.Storage;

/// <summary>Part of a range.</summary>
/// <param name="Items">Items in key order.</param>
/// <param name="Next">The key to go on from; <c>null</c>: that was all.</param>
/// <param name="Revision">The revision that the items were read at; a watch after it misses nothing.</param>
public sealed record BackendPage(IReadOnlyList<BackendItem> Items, BackendKey? Next, long Revision);
