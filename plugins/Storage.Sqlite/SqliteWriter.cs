using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Storage;

namespace Teleport.Storage.Sqlite;

/// <summary>The only one that writes: takes all commits that wait, writes them in one transaction, and acknowledges them after it is on disk.</summary>
internal sealed partial class SqliteWriter : IAsyncDisposable
{
    private const int MaxBatch = 256;
    private const int QueueLength = 4096;
    private const int KeptRevisions = 50_000;
    private static readonly TimeSpan SweepLimit = TimeSpan.FromSeconds(5);

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly SqliteConnection _connection;
    private readonly SqliteStatements _statements;
    private readonly ChangeRing _ring;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private readonly ITimer _sweep;
    private long _revision;
    private long _compacted;

    public SqliteWriter(SqliteConnection connection, ChangeRing ring, SqliteOptions options, TimeProvider time, ILogger logger)
    {
        (_connection, _ring, _time, _logger) = (connection, ring, time, logger);
        _statements = new SqliteStatements(connection);
        _revision = Schema.ReadMeta(connection, "revision");
        _compacted = Schema.ReadMeta(connection, "compacted");
        _loop = Task.Run(RunAsync);
        _sweep = time.CreateTimer(_ => _queue.Writer.TryWrite(Pending.Sweep), null, options.PollStreamPeriod, options.PollStreamPeriod);
    }

    public async ValueTask<long> CommitAsync(BackendCommit commit, CancellationToken cancellationToken)
    {
        var pending = new Pending(commit);
        try
        {
            await _queue.Writer.WriteAsync(pending, cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw TeleportException.Unavailable("The storage backend is closed.", e);
        }

        // Once queued it is written whether or not the caller still waits.
        return await pending.Done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        _queue.Writer.TryComplete();
        await _loop;
        _statements.Dispose();
        _connection.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Pending>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out Pending? pending))
            {
                batch.Add(pending);
            }

            Write(batch);
        }
    }

    private void Write(List<Pending> batch)
    {
        var changes = new List<BackendChange>();
        long before = _revision;
        long compacted = _compacted;
        try
        {
            using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
            _statements.Use(transaction);
            DateTimeOffset now = _time.GetUtcNow();
            foreach (Pending pending in batch)
            {
                if (pending.Commit is { } commit)
                {
                    Apply(pending, commit, now, changes);
                }
                else
                {
                    Sweep(now, changes);
                }
            }

            if (_revision != before)
            {
                _statements.SetMeta("revision", _revision);
            }

            if (_compacted != compacted)
            {
                _statements.SetMeta("compacted", _compacted);
            }

            transaction.Commit();
        }
        // Whatever went wrong, the callers of this batch are told and the next batch is tried: the writer never ends silently.
        catch (Exception e)
        {
            (_revision, _compacted) = (before, compacted);
            LogWriteFailed(e);
            foreach (Pending pending in batch)
            {
                pending.Done.TrySetException(TeleportException.Unavailable(
                    $"The cluster's state could not be written: {e.Message}. Check the disk of the data folder.", e));
            }

            return;
        }

        if (_revision != before)
        {
            _ring.Publish(changes, _revision);
        }

        foreach (Pending pending in batch)
        {
            pending.Acknowledge();
        }
    }

    private void Apply(Pending pending, BackendCommit commit, DateTimeOffset now, List<BackendChange> changes)
    {
        foreach (BackendCondition condition in commit.Conditions)
        {
            long actual = _statements.FindRevision(condition.Key, now);
            if (condition.Revision == BackendCondition.AnyRevision ? actual == 0 : actual != condition.Revision)
            {
                pending.Refused = new BackendConflictException(condition);
                return;
            }
        }

        long revision = ++_revision;
        int number = 0;
        foreach (BackendOperation operation in commit.Operations)
        {
            if (operation.Value is { } value)
            {
                _statements.Put(operation.Key, value, revision, operation.Expires);
                changes.Add(new BackendChange(operation.Key, new BackendItem(operation.Key, value, revision, operation.Expires), revision));
            }
            else if (_statements.Delete(operation.Key))
            {
                changes.Add(new BackendChange(operation.Key, null, revision));
            }
            else
            {
                continue;
            }

            _statements.AddChange(revision, number++, operation);
        }

        pending.Revision = revision;
    }

    /// <summary>Removes expired items, each by a commit of its own, and changes that are too old to be watched.</summary>
    private void Sweep(DateTimeOffset now, List<BackendChange> changes)
    {
        long started = _time.GetTimestamp();
        foreach (BackendKey key in _statements.FindExpired(now, limit: 1000))
        {
            if (_time.GetElapsedTime(started) > SweepLimit)
            {
                break;
            }

            long revision = ++_revision;
            _statements.Delete(key);
            _statements.AddChange(revision, 0, BackendOperation.Delete(key));
            changes.Add(new BackendChange(key, null, revision));
        }

        // In steps, so that the file's log is not rewritten for every commit.
        if (_revision - _compacted > KeptRevisions * 2)
        {
            _compacted = _revision - KeptRevisions;
            _statements.Compact(_compacted);
        }
    }

    [LoggerMessage(5001, LogLevel.Error, "A batch of writes to the cluster's state failed and was refused to its callers. Check the disk of the data folder.")]
    private partial void LogWriteFailed(Exception exception);

    /// <summary>A commit that waits to be written; without a commit, the request to remove what expired.</summary>
    private sealed class Pending(BackendCommit? commit)
    {
        public static Pending Sweep => new(null);

        public BackendCommit? Commit { get; } = commit;

        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Revision { get; set; }

        public BackendConflictException? Refused { get; set; }

        public void Acknowledge()
        {
            if (Refused is { } refused)
            {
                Done.TrySetException(refused);
            }
            else
            {
                Done.TrySetResult(Revision);
            }
        }
    }
}
