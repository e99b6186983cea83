using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Storage;

namespace Teleport.Storage.Sqlite;

/// <summary>The key-value store in one SQLite file: one writer with group commit, readers on connections of their own, watches by revision.</summary>
public sealed class SqliteBackend : IBackend
{
    private const int MaxIdleReaders = 8;
    private const int MaxRange = 10_000;

    private readonly ConcurrentBag<SqliteReader> _readers = [];
    private readonly CancellationTokenSource _closed = new();
    private readonly string _file;
    private readonly SqliteOptions _options;
    private readonly FileStream _lock;
    private readonly ChangeRing _ring;
    private readonly SqliteWriter _writer;
    private readonly TimeProvider _time;

    private SqliteBackend(string file, SqliteOptions options, FileStream fileLock, SqliteConnection connection, TimeProvider time, ILogger logger)
    {
        (_file, _options, _lock, _time) = (file, options, fileLock, time);
        _ring = new ChangeRing(options.BufferSize, Schema.ReadMeta(connection, "revision"));
        _writer = new SqliteWriter(connection, _ring, options, time, logger);
    }

    /// <summary>Opens the store in a folder, which is made if it is missing.</summary>
    /// <param name="folder">The folder; narrowed to mode 0700.</param>
    /// <param name="options">How to write.</param>
    /// <param name="time">The clock that items expire by.</param>
    /// <param name="logger">Where failures of the disk are reported.</param>
    /// <param name="cancellationToken">Not used: opening is quick.</param>
    /// <exception cref="TeleportException">Code <c>unavailable</c>: another process has it open, or the folder cannot be used.</exception>
    public static ValueTask<SqliteBackend> OpenAsync(
        string folder, SqliteOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        cancellationToken.ThrowIfCancellationRequested();
        FileStream fileLock;
        string file = Path.Combine(folder, "sqlite.db");
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            fileLock = new FileStream(Path.Combine(folder, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TeleportException.Unavailable(
                $"Cannot open the cluster's state in {folder}: {e.Message}. If another auth server runs on this folder, stop it: this storage takes one only.", e);
        }

        try
        {
            // SQLite itself would create the file with the modes of the process's umask.
            using (File.Open(file, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
            }

            return ValueTask.FromResult(new SqliteBackend(file, options, fileLock, Schema.OpenWriter(file, options), time, logger));
        }
        catch (Exception e) when (e is SqliteException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            fileLock.Dispose();
            throw TeleportException.Unavailable($"Cannot open the cluster's state in {file}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<BackendItem?> GetAsync(BackendKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(reader => reader.Get(key, _time.GetUtcNow())));
    }

    /// <inheritdoc/>
    public ValueTask<BackendPage> RangeAsync(BackendKey from, BackendKey to, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxRange);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(reader => reader.Range(from, to, limit, _time.GetUtcNow())));
    }

    /// <inheritdoc/>
    public ValueTask<long> CommitAsync(BackendCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        if (commit.Conditions.Count + commit.Operations.Count > IBackend.MaxCommitItems)
        {
            throw TeleportException.Limit($"A commit has more than {IBackend.MaxCommitItems} conditions and operations.");
        }

        if (commit.Operations.FirstOrDefault(static o => o.Value?.Length > IBackend.MaxValueBytes) is { } large)
        {
            throw TeleportException.Limit($"The value of \"{large.Key}\" is larger than {IBackend.MaxValueBytes} bytes.");
        }

        if (commit.Operations.DistinctBy(static o => o.Key).Count() != commit.Operations.Count)
        {
            throw TeleportException.Invalid("A commit writes the same key twice.");
        }

        return _writer.CommitAsync(commit, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BackendChange> WatchAsync(
        BackendKey prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        long known = afterRevision;
        while (true)
        {
            long revision = _ring.Read(known, out ImmutableArray<BackendChange>? recent, out Task next);
            IReadOnlyList<BackendChange> changes = recent ?? ReadChanges(known, revision);
            foreach (BackendChange change in changes)
            {
                if (prefix.Contains(change.Key))
                {
                    yield return change;
                }
            }

            known = Math.Max(known, revision);
            await next.WaitAsync(either.Token);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _writer.DisposeAsync();
        while (_readers.TryTake(out SqliteReader? reader))
        {
            reader.Dispose();
        }

        await _lock.DisposeAsync();
        _closed.Dispose();
    }

    private IReadOnlyList<BackendChange> ReadChanges(long afterRevision, long upToRevision)
    {
        (IReadOnlyList<BackendChange> changes, long compacted) = Read(reader => reader.Changes(afterRevision, upToRevision));
        return afterRevision >= compacted ? changes : throw new BackendCompactedException(afterRevision, compacted);
    }

    private T Read<T>(Func<SqliteReader, T> read)
    {
        ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
        SqliteReader reader = _readers.TryTake(out SqliteReader? idle) ? idle : new SqliteReader(_file, _options);
        try
        {
            T result = read(reader);
            if (_readers.Count < MaxIdleReaders && !_closed.IsCancellationRequested)
            {
                _readers.Add(reader);
            }
            else
            {
                reader.Dispose();
            }

            return result;
        }
        catch (SqliteException e)
        {
            reader.Dispose();
            throw TeleportException.Unavailable($"The cluster's state could not be read: {e.Message}. Check the disk of the data folder.", e);
        }
    }
}
