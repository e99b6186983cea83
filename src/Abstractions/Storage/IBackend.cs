namespace Teleport.Abstractions.Storage;

/// <summary>The ordered key-value store under everything. Safe for use by several threads, and by several servers where the engine allows it.</summary>
/// <remarks>
/// Every commit gets a revision, greater than all before it. Keys are compared byte by byte. An expired item is invisible at once, to
/// reads and conditions alike; its removal is a commit of its own, seen by watches as a deletion.
/// </remarks>
public interface IBackend : IAsyncDisposable
{
    /// <summary>Largest value in bytes.</summary>
    const int MaxValueBytes = 1024 * 1024;

    /// <summary>Largest number of conditions and operations of one commit.</summary>
    const int MaxCommitItems = 128;

    /// <summary>The item of a key, or <c>null</c>.</summary>
    ValueTask<BackendItem?> GetAsync(BackendKey key, CancellationToken cancellationToken);

    /// <summary>Items from one key up to, but without, another, in key order; all of one revision.</summary>
    /// <param name="from">The first key, included.</param>
    /// <param name="to">The end, excluded.</param>
    /// <param name="limit">At most so many items, 1 to 10000.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The items, and where to go on when there are more.</returns>
    ValueTask<BackendPage> RangeAsync(BackendKey from, BackendKey to, int limit, CancellationToken cancellationToken);

    /// <summary>Does all operations if all conditions hold, or nothing at all. Durable when it returns.</summary>
    /// <returns>The revision of the commit.</returns>
    /// <exception cref="BackendConflictException">A condition does not hold; nothing was written.</exception>
    ValueTask<long> CommitAsync(BackendCommit commit, CancellationToken cancellationToken);

    /// <summary>The changes below a prefix, in order of revision, without gap or duplicate, from the first after a revision; goes on until cancelled.</summary>
    /// <param name="prefix">Keys that start with it; <see cref="BackendKey.Empty"/> for all.</param>
    /// <param name="afterRevision">The last revision already known, as returned by a read or a commit.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="BackendCompactedException">Changes after that revision are no longer kept: read the range anew.</exception>
    IAsyncEnumerable<BackendChange> WatchAsync(BackendKey prefix, long afterRevision, CancellationToken cancellationToken);
}
