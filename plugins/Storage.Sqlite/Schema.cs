using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Teleport.Storage.Sqlite;

/// <summary>The tables of the file, and how a connection to it is set up. Described in docs/formats/sqlite.md.</summary>
internal static class Schema
{
    public const int Version = 1;

    private const string Create = """
        CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS items (
            key TEXT PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL, expires INTEGER) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS items_expires ON items (expires) WHERE expires IS NOT NULL;
        CREATE TABLE IF NOT EXISTS changes (
            revision INTEGER NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, value BLOB, expires INTEGER,
            PRIMARY KEY (revision, number)) WITHOUT ROWID;
        INSERT OR IGNORE INTO meta VALUES ('schema', 1), ('revision', 0), ('compacted', 0);
        """;

    public static SqliteConnection OpenWriter(string file, SqliteOptions options)
    {
        SqliteConnection connection = Open(file, SqliteOpenMode.ReadWriteCreate, options);
        Execute(connection, "PRAGMA journal_mode = WAL");
        Execute(connection, $"PRAGMA synchronous = {options.Sync.ToString().ToUpperInvariant()}");
        Execute(connection, Create);
        long version = ReadMeta(connection, "schema");
        if (version != Version)
        {
            connection.Dispose();
            throw new InvalidDataException(
                $"{file} has the layout {version}, this program knows {Version}. Use a version of this program that is at least as new as the one that wrote it.");
        }

        return connection;
    }

    public static SqliteConnection OpenReader(string file, SqliteOptions options) => Open(file, SqliteOpenMode.ReadWrite, options);

    public static long ReadMeta(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM meta WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return (long)command.ExecuteScalar()!;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this assembly only; values are bound as parameters elsewhere.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode, SqliteOptions options)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ToString());
        try
        {
            connection.Open();
            long busy = (long)options.BusyTimeout.TotalMilliseconds;
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {busy}"));
            Execute(connection, "PRAGMA mmap_size = 268435456");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
