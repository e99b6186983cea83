using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Teleport.Agent.Spooling;
using Teleport.Recordings;

namespace Teleport.Agent;

/// <summary>Recordings on their way: written to this host's disk while the session runs, uploaded after it, kept until they are stored.</summary>
/// <remarks>
/// <c>DATA_DIR/log/upload/SESSION.part</c> is being written, <c>SESSION.rec</c> waits for its upload, <c>SESSION.refused</c> cannot be uploaded.
/// A part that nobody writes any more was cut off by a crash; what is whole of it is uploaded.
/// </remarks>
public sealed partial class RecordingSpool : IAsyncDisposable
{
    private const string Part = "recordings";
    private const int MaxUploads = 4;
    private const long MinFreeBytes = 64L * 1024 * 1024;
    private static readonly TimeSpan ScanPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Guid, bool> _open = new();
    private readonly Signal _more = new();
    private readonly RecordingUploader _uploader;
    private readonly ServiceHealth _health;
    private readonly TimeProvider _time;
    private readonly string _folder;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private volatile bool _draining;

    /// <summary>Opens the spool; what a crash left is uploaded too.</summary>
    /// <param name="service">Who records.</param>
    /// <param name="dataDir">The data folder.</param>
    public RecordingSpool(JoinedService service, string dataDir)
        : this(
            new RecordingUploader((service ?? throw new ArgumentNullException(nameof(service))).Auth.Recordings, service.Time, service.Logger),
            dataDir, service.Health, service.Time, service.Logger)
    {
    }

    internal RecordingSpool(RecordingUploader uploader, string dataDir, ServiceHealth health, TimeProvider time, ILogger logger)
    {
        (_uploader, _health, _time, _logger) = (uploader, health, time, logger);
        _folder = Path.Combine(dataDir, "log", "upload");
        PrivateFiles.CreateFolder(_folder);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Recordings that wait for their upload.</summary>
    public int Waiting => Directory.EnumerateFiles(_folder, "*.rec").Count();

    /// <summary>Begins a recording. Complete and dispose the writer, then call <see cref="Finish"/>.</summary>
    /// <param name="start">What is known of the session.</param>
    /// <exception cref="IOException">The disk does not take it, or is nearly full: what cannot be recorded should not begin.</exception>
    public RecordingWriter Begin(RecordingStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        long free = new DriveInfo(_folder).AvailableFreeSpace;
        if (free < MinFreeBytes)
        {
            _health.Report(Part, $"sessions cannot be recorded, since only {free} bytes are free in {_folder}: make room");
            throw new IOException($"The session cannot be recorded: only {free} bytes are free in {_folder}. Make room.");
        }

        _open[start.SessionId] = true;
        try
        {
            // Not shared: whoever can open it alone knows that its writer is gone.
            var file = new FileStream(PathOf(start.SessionId, ".part"), new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous, BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            return new RecordingWriter(file, start, _time);
        }
        catch
        {
            _open.TryRemove(start.SessionId, out _);
            throw;
        }
    }

    /// <summary>Hands a recording whose writer was disposed to the upload.</summary>
    /// <exception cref="IOException">There is none of that session.</exception>
    public void Finish(Guid sessionId)
    {
        File.Move(PathOf(sessionId, ".part"), PathOf(sessionId, ".rec"), overwrite: false);
        _open.TryRemove(sessionId, out _);
        _more.Set();
    }

    /// <summary>Uploads what waits, for some seconds at most; the rest stays on disk for the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        _draining = true;
        _more.Set();
        _stop.CancelAfter(DrainTime);
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                bool isLast = _draining;
                await ScanAsync();
                if (isLast)
                {
                    return;
                }

                await _more.WaitAsync(ScanPeriod, _time, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            // A supervision boundary: the folder may come back.
            catch (Exception e)
            {
                LogScanFailed(_folder, e.Message);
                _health.Report(Part, $"recordings in {_folder} cannot be uploaded: {e.Message}");
                await Task.WhenAny(Task.Delay(ScanPeriod, _time, _stop.Token));
            }
        }
    }

    private async Task ScanAsync()
    {
        foreach (string file in Directory.EnumerateFiles(_folder, "*.part"))
        {
            TakeOver(file);
        }

        int failed = 0;
        string? reason = null;
        await Parallel.ForEachAsync(
            Directory.EnumerateFiles(_folder, "*.rec").ToArray(),
            new ParallelOptions { MaxDegreeOfParallelism = MaxUploads, CancellationToken = _stop.Token },
            async (file, cancellationToken) =>
            {
                if (await _uploader.TryUploadAsync(file, cancellationToken) is { } trouble)
                {
                    Interlocked.Increment(ref failed);
                    reason = trouble;
                }
            });
        if (failed > 0)
        {
            _health.Report(Part, $"{failed} recordings wait in {_folder}, since they cannot be uploaded: {reason}");
        }
        else
        {
            _health.Clear(Part);
        }
    }

    /// <summary>Takes up what the end of a process left behind, unless its writer lives.</summary>
    private void TakeOver(string part)
    {
        if (!Guid.TryParseExact(Path.GetFileNameWithoutExtension(part), "D", out Guid sessionId) || _open.ContainsKey(sessionId))
        {
            return;
        }

        try
        {
            using var file = new FileStream(part, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.None });
            if (file.Length == 0)
            {
                LogEmpty(sessionId);
                File.Delete(part);
                return;
            }

            LogTorn(sessionId);
            File.Move(part, PathOf(sessionId, ".rec"), overwrite: false);
        }
        catch (IOException e)
        {
            LogBusy(part, e.Message);
        }
    }

    private string PathOf(Guid sessionId, string extension) => Path.Combine(_folder, sessionId.ToString("D") + extension);

    [LoggerMessage(1160, LogLevel.Warning, "The recording of session {SessionId} was cut off when this service ended; what is whole of it is uploaded.")]
    private partial void LogTorn(Guid sessionId);

    [LoggerMessage(1163, LogLevel.Warning, "The recording of session {SessionId} is empty, since this service ended when it began.")]
    private partial void LogEmpty(Guid sessionId);

    [LoggerMessage(1164, LogLevel.Debug, "The recording {File} is still being written: {Reason}")]
    private partial void LogBusy(string file, string reason);

    [LoggerMessage(1165, LogLevel.Error, "Recordings in {Folder} cannot be uploaded: {Reason}")]
    private partial void LogScanFailed(string folder, string reason);
}
