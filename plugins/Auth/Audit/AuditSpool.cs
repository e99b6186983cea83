using System.Globalization;
using Teleport.Abstractions.Audit;

namespace Teleport.Auth.Audit;

/// <summary>Events that wait for a sink: files of one JSON event a line, oldest first. A file is removed when all of it has arrived.</summary>
/// <remarks>Not safe for use by several threads. A crash between arrival and removal leads to a second arrival, which sinks allow.</remarks>
internal sealed class AuditSpool
{
    private const long MaxBytes = 1L << 30;
    private readonly string _folder;
    private readonly List<string> _files;
    private long _next;
    private long _bytes;

    public AuditSpool(string folder)
    {
        _folder = folder;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // What was not renamed was never acknowledged.
        foreach (string partial in Directory.EnumerateFiles(folder, "*.tmp"))
        {
            File.Delete(partial);
        }

        _files = [.. Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal)];
        _bytes = _files.Sum(static f => new FileInfo(f).Length);
        _next = _files.Count == 0
            ? 0
            : long.Parse(Path.GetFileNameWithoutExtension(_files[^1]), NumberStyles.None, CultureInfo.InvariantCulture) + 1;
    }

    public bool IsEmpty => _files.Count == 0;

    /// <summary>Durable when it returns.</summary>
    /// <exception cref="IOException">The disk, or the spool's limit, is full.</exception>
    public async Task AppendAsync(IReadOnlyList<AuditRecord> records)
    {
        if (_bytes > MaxBytes)
        {
            throw new IOException($"The spool {_folder} holds {_bytes} bytes, over its limit of {MaxBytes}.");
        }

        string path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{_next:D16}.jsonl"));
        string partial = path + ".tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new FileStream(partial, options))
        {
            foreach (AuditRecord record in records)
            {
                await file.WriteAsync(record.Json);
                file.WriteByte((byte)'\n');
            }

            await file.FlushAsync();
            file.Flush(flushToDisk: true);
            _bytes += file.Length;
        }

        File.Move(partial, path);
        _next++;
        _files.Add(path);
    }

    /// <summary>The events that wait longest.</summary>
    public async Task<IReadOnlyList<AuditRecord>> ReadFirstAsync()
    {
        var records = new List<AuditRecord>();
        foreach (string line in await File.ReadAllLinesAsync(_files[0]))
        {
            if (line.Length > 0)
            {
                records.Add(AuditRecord.Parse(System.Text.Encoding.UTF8.GetBytes(line)));
            }
        }

        return records;
    }

    /// <summary>They have arrived.</summary>
    public void RemoveFirst()
    {
        _bytes -= new FileInfo(_files[0]).Length;
        File.Delete(_files[0]);
        _files.RemoveAt(0);
    }
}
