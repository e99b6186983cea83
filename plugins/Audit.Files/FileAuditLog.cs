using System.Globalization;
using Teleport.Abstractions.Audit;

namespace Teleport.Audit.Files;

/// <summary>Events as lines of daily files: <c>DIR/HOST-ID/2030-01-31.00:00:00.log</c>, with <c>DIR/events.log</c> pointing to the latest.</summary>
/// <remarks>
/// Described in docs/formats/audit-log.md. The day is that of the event, so that a clock that moves back does no harm. Each batch is one
/// write to each file and on disk when it is acknowledged; a crash tears the last line at most, which readers pass over and the next write ends.
/// </remarks>
public sealed class FileAuditLog : IAuditLog
{
    private const UnixFileMode PrivateFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly string _folder;
    private readonly string _ownFolder;
    private FileStream? _file;
    private string? _day;

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
        await _gate.WaitAsync(cancellationToken);
        try
        {
            // From here on to the end: a batch is written whole or reported as failed.
            foreach (IGrouping<string, AuditRecord> day in records.GroupBy(static record => DayOf(record.Time)))
            {
                FileStream file = Open(day.Key);
                await file.WriteAsync(AuditLines.Join([.. day]), CancellationToken.None);
                file.Flush(flushToDisk: true);
            }
        }
        catch (IOException)
        {
            // The next append opens the file anew, and ends a line that this one may have torn.
            await CloseAsync();
            throw;
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
        await CloseAsync();
        _gate.Dispose();
    }

    internal static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static string FileName(string day) => day + ".00:00:00.log";

    private FileStream Open(string day)
    {
        if (_day == day && _file is not null)
        {
            return _file;
        }

        _file?.Dispose();
        _file = null;
        string path = Path.Combine(_ownFolder, FileName(day));
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        EndTornLine(file);
        (_file, _day) = (file, day);
        PointTo(path);
        return file;
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

    private void PointTo(string path)
    {
        string link = Path.Combine(_folder, "events.log");
        string next = $"{link}.{Guid.NewGuid():N}";
        File.CreateSymbolicLink(next, path);
        File.Move(next, link, overwrite: true);
    }

    private async ValueTask CloseAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync();
        }

        (_file, _day) = (null, null);
    }
}
