using Teleport.Abstractions.Configuration;

namespace Teleport.Storage.Sqlite;

/// <summary>The keys of <c>teleport.storage</c> for <c>type: sqlite</c> (or <c>dir</c>).</summary>
public sealed record SqliteOptions : IPluginOptions
{
    /// <summary>Folder of the database; <c>null</c>: <c>backend</c> in the data folder.</summary>
    public string? Path { get; init; }

    /// <summary>When a commit is on disk. <c>FULL</c> loses nothing acknowledged, even when the power fails.</summary>
    public SqliteSync Sync { get; init; } = SqliteSync.Full;

    /// <summary>How long a commit waits for another process that reads the file.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many recent changes are kept in memory for watches.</summary>
    public int BufferSize { get; init; } = 1024;

    /// <summary>How often expired items are removed.</summary>
    public TimeSpan PollStreamPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Folder of the database.</summary>
    internal string PathOrDefault(string dataDir) => Path ?? System.IO.Path.Combine(dataDir, "backend");

    /// <inheritdoc/>
    public void Validate(OptionsValidation validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        if (BusyTimeout <= TimeSpan.Zero || BusyTimeout > TimeSpan.FromMinutes(5))
        {
            validation.AddError("busy_timeout", "must be more than 0s and at most 5m");
        }

        if (BufferSize is < 16 or > 1_000_000)
        {
            validation.AddError("buffer_size", "must be from 16 to 1000000 changes");
        }

        if (PollStreamPeriod < TimeSpan.FromMilliseconds(10) || PollStreamPeriod > TimeSpan.FromMinutes(1))
        {
            validation.AddError("poll_stream_period", "must be from 10ms to 1m");
        }

        if (Sync != SqliteSync.Full)
        {
            validation.AddWarning("sync", $"with {Sync}, writes that were acknowledged may be lost when the power fails; use FULL");
        }
    }
}

/// <summary>When a commit is on disk; the values of SQLite's <c>synchronous</c>.</summary>
public enum SqliteSync
{
    /// <summary>Whenever the system likes.</summary>
    Off,

    /// <summary>At checkpoints.</summary>
    Normal,

    /// <summary>Before it is acknowledged.</summary>
    Full,
}
