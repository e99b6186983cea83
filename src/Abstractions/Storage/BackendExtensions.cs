using System.Runtime.CompilerServices;

namespace Teleport.Abstractions.Storage;

/// <summary>What is said often, in terms of <see cref="IBackend"/>.</summary>
public static class BackendExtensions
{
    private const int PageSize = 1000;

    /// <summary>Writes an item, whether there was one or not.</summary>
    public static ValueTask<long> PutAsync(
        this IBackend backend, BackendKey key, ReadOnlyMemory<byte> value, DateTimeOffset? expires, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return backend.CommitAsync(new BackendCommit([], [BackendOperation.Put(key, value, expires)]), cancellationToken);
    }

    /// <summary>Writes an item that must not be there yet.</summary>
    /// <exception cref="BackendConflictException">It is there.</exception>
    public static ValueTask<long> CreateAsync(
        this IBackend backend, BackendKey key, ReadOnlyMemory<byte> value, DateTimeOffset? expires, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return backend.CommitAsync(
            new BackendCommit([BackendCondition.Missing(key)], [BackendOperation.Put(key, value, expires)]), cancellationToken);
    }

    /// <summary>Writes an item in place of the one that was read.</summary>
    /// <exception cref="BackendConflictException">It was changed or deleted in between.</exception>
    public static ValueTask<long> ReplaceAsync(
        this IBackend backend, BackendItem read, ReadOnlyMemory<byte> value, DateTimeOffset? expires, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(read);
        return backend.CommitAsync(
            new BackendCommit([BackendCondition.Unchanged(read)], [BackendOperation.Put(read.Key, value, expires)]), cancellationToken);
    }

    /// <summary>Deletes an item that must be there.</summary>
    /// <exception cref="BackendConflictException">There is none.</exception>
    public static ValueTask<long> DeleteAsync(this IBackend backend, BackendKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return backend.CommitAsync(
            new BackendCommit([BackendCondition.Exists(key)], [BackendOperation.Delete(key)]), cancellationToken);
    }

    /// <summary>All items below a key, in key order. Pages may be of different revisions.</summary>
    public static async IAsyncEnumerable<BackendItem> ListAsync(
        this IBackend backend, BackendKey below, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(backend);
        BackendKey? from = below.RangeStart();
        while (from is { } start)
        {
            BackendPage page = await backend.RangeAsync(start, below.RangeEnd(), PageSize, cancellationToken);
            foreach (BackendItem item in page.Items)
            {
                yield return item;
            }

            from = page.Next;
        }
    }
}
