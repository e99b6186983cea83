using Microsoft.Data.Sqlite;
using Teleport.Abstractions.Storage;

namespace Teleport.Storage.Sqlite;

/// <summary>The prepared statements of the writer's connection.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly List<SqliteCommand> _all = [];
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _change;
    private readonly SqliteCommand _expired;
    private readonly SqliteCommand _meta;
    private readonly SqliteCommand _compact;

    public SqliteStatements(SqliteConnection connection)
    {
        _connection = connection;
        _find = Prepare("SELECT revision FROM items WHERE key = $key AND (expires IS NULL OR expires > $now)", "$key", "$now");
        _put = Prepare("INSERT OR REPLACE INTO items (key, value, revision, expires) VALUES ($key, $value, $revision, $expires)", "$key", "$value", "$revision", "$expires");
        _delete = Prepare("DELETE FROM items WHERE key = $key", "$key");
        _change = Prepare(
            "INSERT INTO changes (revision, number, key, value, expires) VALUES ($revision, $number, $key, $value, $expires)",
            "$revision", "$number", "$key", "$value", "$expires");
        _expired = Prepare("SELECT key FROM items WHERE expires <= $now ORDER BY expires LIMIT $limit", "$now", "$limit");
        _meta = Prepare("UPDATE meta SET value = $value WHERE name = $name", "$value", "$name");
        _compact = Prepare("DELETE FROM changes WHERE revision <= $revision", "$revision");
    }

    public void Use(SqliteTransaction transaction)
    {
        foreach (SqliteCommand command in _all)
        {
            command.Transaction = transaction;
        }
    }

    /// <summary>The revision of the visible item of a key; 0: there is none.</summary>
    public long FindRevision(BackendKey key, DateTimeOffset now)
    {
        Bind(_find, key.ToString(), now.ToUnixTimeMilliseconds());
        return _find.ExecuteScalar() as long? ?? 0;
    }

    public void Put(BackendKey key, ReadOnlyMemory<byte> value, long revision, DateTimeOffset? expires)
    {
        Bind(_put, key.ToString(), value.ToArray(), revision, Milliseconds(expires));
        _put.ExecuteNonQuery();
    }

    public bool Delete(BackendKey key)
    {
        Bind(_delete, key.ToString());
        return _delete.ExecuteNonQuery() > 0;
    }

    public void AddChange(long revision, int number, BackendOperation operation)
    {
        Bind(_change, revision, number, operation.Key.ToString(), operation.Value is { } value ? value.ToArray() : DBNull.Value, Milliseconds(operation.Expires));
        _change.ExecuteNonQuery();
    }

    public IReadOnlyList<BackendKey> FindExpired(DateTimeOffset now, int limit)
    {
        Bind(_expired, now.ToUnixTimeMilliseconds(), limit);
        using SqliteDataReader reader = _expired.ExecuteReader();
        var keys = new List<BackendKey>();
        while (reader.Read())
        {
            keys.Add(BackendKey.FromStored(reader.GetString(0)));
        }

        return keys;
    }

    public void SetMeta(string name, long value)
    {
        Bind(_meta, value, name);
        _meta.ExecuteNonQuery();
    }

    public void Compact(long upToRevision)
    {
        Bind(_compact, upToRevision);
        _compact.ExecuteNonQuery();
    }

    public void Dispose() => _all.ForEach(static command => command.Dispose());

    private static object Milliseconds(DateTimeOffset? time) => time is { } value ? value.ToUnixTimeMilliseconds() : DBNull.Value;

    private static void Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
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

        _all.Add(command);
        return command;
    }
}
