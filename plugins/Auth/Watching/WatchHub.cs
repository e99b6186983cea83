using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Storage;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Watching;

/// <summary>Follows all resources by one watch of the backend, and hands the state and its changes to any number of readers from memory.</summary>
internal sealed partial class WatchHub(IBackend backend, ILogger<WatchHub> logger)
{
    private const int RingLength = 8192;
    private const int ReaderQueueLength = 2048;
    private const int MaxReaders = 50_000;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<WatchReader> _readers = [];
    private readonly Queue<WatchChange> _ring = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableSortedDictionary<BackendKey, BackendItem> _state = ImmutableSortedDictionary<BackendKey, BackendItem>.Empty;
    private long _revision;

    // Changes after this revision are known.
    private long _ringStart;

    /// <summary>Completes when the state was read for the first time.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Follows until cancelled; reads everything anew when the backend's watch breaks.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await LoadAsync(cancellationToken);
                _loaded.TrySetResult();
                await foreach (BackendChange change in backend.WatchAsync(Keys.Resources, _revision, cancellationToken))
                {
                    Apply(change);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            // A supervision boundary: backends are plugins and may be away for a while.
            catch (Exception e)
            {
                LogBroken(e);
                await Task.Delay(RetryDelay, CancellationToken.None);
            }
        }
    }

    /// <summary>Opens a reader of some kinds: from the present state, or after a revision.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: changes after that revision are no longer kept.</exception>
    public WatchReader Open(IReadOnlySet<string> kinds, long afterRevision)
    {
        lock (_gate)
        {
            if (_readers.Count >= MaxReaders)
            {
                throw TeleportException.Limit($"There are {MaxReaders} watches already; try again later.");
            }

            List<WatchChange> backlog;
            if (afterRevision == 0)
            {
                backlog = [.. _state.Values.Where(i => kinds.Contains(WatchChange.KindOf(i.Key))).Select(static i => new WatchChange(i.Key, i, i.Revision))];
            }
            else if (afterRevision < _ringStart || afterRevision > _revision)
            {
                throw TeleportException.Invalid($"Changes after revision {afterRevision} are no longer kept; watch from the present state.");
            }
            else
            {
                backlog = [.. _ring.Where(c => c.Revision > afterRevision && kinds.Contains(c.Kind))];
            }

            var reader = new WatchReader(kinds, backlog, _revision, ReaderQueueLength, Remove);
            _readers.Add(reader);
            return reader;
        }
    }

    /// <summary>The resources of a kind as they were last heard of; for decisions that may be a moment late.</summary>
    public IEnumerable<BackendItem> Snapshot(string kind)
    {
        ImmutableSortedDictionary<BackendKey, BackendItem> state;
        lock (_gate)
        {
            state = _state;
        }

        return state.Values.Where(i => WatchChange.KindOf(i.Key) == kind);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var state = ImmutableSortedDictionary.CreateBuilder<BackendKey, BackendItem>();
        BackendKey? from = Keys.Resources.RangeStart();
        long revision = long.MaxValue;
        while (from is { } start)
        {
            BackendPage page = await backend.RangeAsync(start, Keys.Resources.RangeEnd(), 1000, cancellationToken);
            // Pages may be of different revisions: changes since the first are seen again by the watch.
            revision = Math.Min(revision, page.Revision);
            foreach (BackendItem item in page.Items)
            {
                state[item.Key] = item;
            }

            from = page.Next;
        }

        WatchReader[] cut;
        lock (_gate)
        {
            _state = state.ToImmutable();
            _revision = _ringStart = revision;
            _ring.Clear();
            cut = [.. _readers];
        }

        // What happened between the two states is not known, so nobody goes on as if nothing had.
        foreach (WatchReader reader in cut)
        {
            reader.Cut(TeleportException.Unavailable("The auth service lost its own watch for a moment; watch again."));
        }
    }

    private void Apply(BackendChange change)
    {
        lock (_gate)
        {
            _state.TryGetValue(change.Key, out BackendItem? known);
            if (known is not null && known.Revision >= change.Revision)
            {
                return;
            }

            _state = change.Item is { } item ? _state.SetItem(change.Key, item) : _state.Remove(change.Key);
            _revision = Math.Max(_revision, change.Revision);
            // Heartbeats that say nothing new are not worth telling.
            if (change.Item is not null && known is not null && known.Value.Span.SequenceEqual(change.Item.Value.Span))
            {
                return;
            }

            var told = new WatchChange(change.Key, change.Item, change.Revision);
            _ring.Enqueue(told);
            while (_ring.Count > RingLength)
            {
                _ringStart = _ring.Dequeue().Revision;
            }

            foreach (WatchReader reader in _readers)
            {
                reader.Offer(told);
            }
        }
    }

    private void Remove(WatchReader reader)
    {
        lock (_gate)
        {
            _readers.Remove(reader);
        }
    }

    [LoggerMessage(2120, LogLevel.Warning, "The watch of the storage broke; reading the state anew.")]
    private partial void LogBroken(Exception exception);
}

/// <summary>One change of a resource.</summary>
internal sealed record WatchChange(BackendKey Key, BackendItem? Item, long Revision)
{
    public string Kind => KindOf(Key);

    // resources/KIND/NAME
    public static string KindOf(BackendKey key) => key.ToString().Split('/', 3)[1];
}

/// <summary>One reader: what it missed, then what comes. A reader that does not keep up is cut, so that memory stays bounded.</summary>
internal sealed class WatchReader(
    IReadOnlySet<string> kinds, IReadOnlyList<WatchChange> backlog, long revision, int queueLength, Action<WatchReader> remove) : IDisposable
{
    private readonly Channel<WatchChange> _queue =
        Channel.CreateBounded<WatchChange>(new BoundedChannelOptions(queueLength) { SingleReader = true, SingleWriter = false });

    /// <summary>The present state, or the changes missed.</summary>
    public IReadOnlyList<WatchChange> Backlog => backlog;

    /// <summary>The revision that the backlog leads up to.</summary>
    public long Revision => revision;

    /// <summary>What comes after the backlog; ends with the error that the reader was cut with.</summary>
    public IAsyncEnumerable<WatchChange> ReadAsync(CancellationToken cancellationToken) => _queue.Reader.ReadAllAsync(cancellationToken);

    public void Offer(WatchChange change)
    {
        if (kinds.Contains(change.Kind) && !_queue.Writer.TryWrite(change))
        {
            Cut(TeleportException.Limit("This watch does not keep up with the changes; watch again after the last revision that was received."));
        }
    }

    public void Cut(TeleportException why) => _queue.Writer.TryComplete(why);

    public void Dispose() => remove(this);
}
