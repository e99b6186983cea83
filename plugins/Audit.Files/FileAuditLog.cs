using System.Globalization;
using Teleport.Abstractions.Audit;

namespace Teleport.Audit.Files;

/// <summary>Events as lines of daily files: <c>DIR/HOST-ID/2030-01-31.00:00:00.log</c>, with <c>DIR/events.log</c> pointing to the latest.</summary>
/// <remarks>
/// Described in docs/formats/audit-log.md. The day is that of the event, so that a clock that moves back does no harm. Each batch is one
/// write to each file and on disk when it is acknowledged; a crash tears the last line at most, which readers pass over and the next write ends.
/// No file is kept open between batches: whoever rotates or removes files gets in nobody's way.
/// </remarks>
public sealed class FileAuditLog : IAuditLog
{
    private const string Suffix = ".00:00:00.log";
    private const string DayFormat = "yyyy-MM-dd";
    private const UnixFileMode PrivateFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly string _folder;
    private readonly string _ownFolder;
    private FileStream? _claim;
    private string? _latestDay;

    /// <summary>Opens the log.</summary>
    /// <param name="folder">An absolute path; made with mode 0700 if it is missing.</param>
    /// <param name="hostId">Names the folder that this server writes.</param>
    public FileAuditLog(string folder, Guid hostId)
    {
        _folder = folder;
        _ownFolder = Path.Combine(folder, $"{hostId:D}");
        Directory.CreateDirectory(folder, PrivateFolder);
        Directory.CreateDirectory(_ownFolder, PrivateFolder);
    }

    /// <inheritdoc/>
    public bool CanSearch => true;

    /// <inheritdoc/>
    public async ValueTask AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellationToken)
    {
        (string Day, ReadOnlyMemory<byte> Lines)[] days =
            [.. records.GroupBy(static record => DayOf(record.Time)).OrderBy(static day => day.Key, StringComparer.Ordinal).Select(static day => (day.Key, AuditLines.Join([.. day])))];
        await _gate.WaitAsync(cancellationToken);
        try
        {
            Claim();
            // From here on to the end: a batch is written whole or reported as failed.
            foreach ((string day, ReadOnlyMemory<byte> lines) in days)
            {
                string path = Path.Combine(_ownFolder, FileName(day));
                await WriteAsync(path, lines);
                PointTo(path, day);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The audit log cannot be written: {e.Message}", e);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AuditPage> SearchAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await new AuditFileSearch(_folder, query).RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        if (_claim is not null)
        {
            await _claim.DisposeAsync();
        }

        _gate.Dispose();
    }

    internal static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture);

    internal static string FileName(string day) => day + Suffix;

    /// <summary>The day of a file, or <c>null</c>: it is none of the log.</summary>
    internal static string? DayOfFile(string name) =>
        name.EndsWith(Suffix, StringComparison.Ordinal)
        && DateOnly.TryParseExact(name[..^Suffix.Length], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? name[..^Suffix.Length]
            : null;

    /// <summary>Makes sure that nobody else writes this folder: two writers would overwrite each other's lines.</summary>
    private void Claim()
    {
        if (_claim is not null)
        {
            return;
        }

        try
        {
            _claim = new FileStream(Path.Combine(_ownFolder, ".lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = PrivateFile,
            });
        }
        catch (IOException e)
        {
            throw new IOException($"{_ownFolder} is written by another process with the same host id ({e.Message}). Give each server a data folder of its own.", e);
        }
    }

    private static async ValueTask WriteAsync(string path, ReadOnlyMemory<byte> lines)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, UnixCreateMode = PrivateFile,
        });
        EndTornLine(file);
        await file.WriteAsync(lines, CancellationToken.None);
        file.Flush(flushToDisk: true);
    }

    private static void EndTornLine(FileStream file)
    {
        if (file.Length == 0)
        {
            return;
        }

        file.Seek(-1, SeekOrigin.End);
        if (file.ReadByte() != '\n')
        {
            file.Write("\n"u8);
        }
    }

    /// <summary>Points <c>events.log</c> to the file, unless there is a later one: events that were spooled for a while come late.</summary>
    private void PointTo(string path, string day)
    {
        if (_latestDay is not null && string.CompareOrdinal(day, _latestDay) <= 0)
        {
            return;
        }

        _latestDay = Directory.EnumerateFiles(_ownFolder, "*" + Suffix).Select(static file => DayOfFile(Path.GetFileName(file))).Append(day).Max(StringComparer.Ordinal);
        if (_latestDay != day)
        {
            return;
        }

        string link = Path.Combine(_folder, "events.log");
        string next = $"{link}.{Guid.NewGuid():N}";
        try
        {
            File.CreateSymbolicLink(next, path);
            File.Move(next, link, overwrite: true);
        }
        catch (IOException)
        {
            // A convenience for people that not every file system has. The log itself is whole, and appending the batch again would not help.
            File.Delete(next);
        }
    }
}
