using Microsoft.Data.Sqlite;
using Teleport.Abstractions.Storage;

namespace Teleport.Storage.Sqlite;

/// <summary>A connection for reading, with its statements prepared. Used by one thread at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _get;
    private readonly SqliteCommand _range;
    private readonly SqliteCommand _changes;

    public SqliteReader(string file, SqliteOptions options)
    {
        _connection = Schema.OpenReader(file, options);
        _get = Prepare("SELECT key, value, revision, expires FROM items WHERE key = $key AND (expires IS NULL OR expires > $now)", "$key", "$now");
        _range = Prepare(
            "SELECT key, value, revision, expires FROM items WHERE key >= $from AND key < $to AND (expires IS NULL OR expires > $now) ORDER BY key LIMIT $limit",
            "$from", "$to", "$now", "$limit");
        _changes = Prepare(
            "SELECT key, value, revision, expires FROM changes WHERE revision > $after AND revision <= $upto ORDER BY revision, number", "$after", "$upto");
    }

    public BackendItem? Get(BackendKey key, DateTimeOffset now)
    {
        _get.Parameters[0].Value = key.ToString();
        _get.Parameters[1].Value = now.ToUnixTimeMilliseconds();
        using SqliteDataReader reader = _get.ExecuteReader();
        return reader.Read() ? ReadItem(reader) : null;
    }

    public BackendPage Range(BackendKey from, BackendKey to, int limit, DateTimeOffset now)
    {
        // Items and revision are of one snapshot, so that a watch after it neither misses nor repeats a change.
        using SqliteTransaction snapshot = _connection.BeginTransaction(deferred: true);
        _range.Transaction = snapshot;
        _range.Parameters[0].Value = from.ToString();
        _range.Parameters[1].Value = to.ToString();
        _range.Parameters[2].Value = now.ToUnixTimeMilliseconds();
        _range.Parameters[3].Value = limit + 1;
        var items = new List<BackendItem>();
        using (SqliteDataReader reader = _range.ExecuteReader())
        {
            while (reader.Read())
            {
                items.Add(ReadItem(reader));
            }
        }

        long revision = ReadMeta("revision", snapshot);
        BackendKey? next = null;
        if (items.Count > limit)
        {
            next = items[limit].Key;
            items.RemoveAt(limit);
        }

        return new BackendPage(items, next, revision);
    }

    /// <summary>The changes of some commits: those after one revision, up to and with another, as far as they are kept.</summary>
    /// <returns>The changes and the revision up to which older ones are gone.</returns>
    public (IReadOnlyList<BackendChange> Changes, long Compacted) Changes(long afterRevision, long upToRevision)
    {
        using SqliteTransaction snapshot = _connection.BeginTransaction(deferred: true);
        _changes.Transaction = snapshot;
        _changes.Parameters[0].Value = afterRevision;
        _changes.Parameters[1].Value = upToRevision;
        var changes = new List<BackendChange>();
        using (SqliteDataReader reader = _changes.ExecuteReader())
        {
            while (reader.Read())
            {
                BackendKey key = BackendKey.FromStored(reader.GetString(0));
                changes.Add(new BackendChange(key, reader.IsDBNull(1) ? null : ReadItem(reader), reader.GetInt64(2)));
            }
        }

        return (changes, ReadMeta("compacted", snapshot));
    }

    public void Dispose()
    {
        _get.Dispose();
        _range.Dispose();
        _changes.Dispose();
        _connection.Dispose();
    }

    private static BackendItem ReadItem(SqliteDataReader reader) => new(
        BackendKey.FromStored(reader.GetString(0)),
        (byte[])reader.GetValue(1),
        reader.GetInt64(2),
        reader.IsDBNull(3) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)));

    private long ReadMeta(string name, SqliteTransaction transaction)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT value FROM meta WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return (long)command.ExecuteScalar()!;
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class only.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (string name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }
}
