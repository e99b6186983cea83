using System.Collections.Immutable;
using Teleport.Abstractions.Storage;

namespace Teleport.Storage.Sqlite;

/// <summary>The latest changes in memory, so that watches that keep up never read the file.</summary>
internal sealed class ChangeRing(int capacity, long revision)
{
    private readonly Lock _gate = new();
    private readonly Queue<BackendChange> _changes = new();
    private long _oldestStart = revision;
    private TaskCompletionSource _next = NewSignal();

    /// <summary>The latest revision that is committed.</summary>
    public long Revision { get; private set; } = revision;

    /// <summary>Adds what a batch of commits did, and wakes all watches.</summary>
    public void Publish(IReadOnlyList<BackendChange> changes, long revision)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            foreach (BackendChange change in changes)
            {
                _changes.Enqueue(change);
            }

            Revision = revision;
            while (_changes.Count > capacity)
            {
                // A commit is dropped as a whole: a watch that starts in its middle would miss the rest.
                long dropped = _changes.Dequeue().Revision;
                while (_changes.TryPeek(out BackendChange? change) && change.Revision == dropped)
                {
                    _changes.Dequeue();
                }

                _oldestStart = dropped;
            }

            (signal, _next) = (_next, NewSignal());
        }

        signal.SetResult();
    }

    /// <summary>Changes after a revision.</summary>
    /// <param name="afterRevision">The last revision known.</param>
    /// <param name="changes">The changes, perhaps none; <c>null</c>: they are no longer in memory.</param>
    /// <param name="next">Completes when there is more.</param>
    public long Read(long afterRevision, out ImmutableArray<BackendChange>? changes, out Task next)
    {
        lock (_gate)
        {
            next = _next.Task;
            changes = afterRevision < _oldestStart ? null : [.. _changes.Where(change => change.Revision > afterRevision)];
            return Revision;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
