using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Api.Recordings.V1;
using Teleport.Recordings;

namespace Teleport.Agent;

/// <summary>Recordings on their way: written to this host's disk while the session runs, uploaded after it, kept until they are stored.</summary>
/// <remarks><c>DATA_DIR/log/upload/SESSION.part</c> is being written, <c>SESSION.rec</c> waits for its upload, <c>SESSION.refused</c> cannot be uploaded.</remarks>
public sealed partial class RecordingSpool : IAsyncDisposable
{
    private const int MessageBytes = 1024 * 1024;
    private const int MaxUploads = 4;
    private static readonly TimeSpan ScanPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _more = new(0, 1);
    private readonly JoinedService _service;
    private readonly string _folder;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private volatile bool _draining;

    /// <summary>Opens the spool; what a crash left is uploaded too.</summary>
    /// <param name="service">Who records.</param>
    /// <param name="dataDir">The data folder.</param>
    public RecordingSpool(JoinedService service, string dataDir)
    {
        ArgumentNullException.ThrowIfNull(service);
        (_service, _logger) = (service, service.Logger);
        _folder = Path.Combine(dataDir, "log", "upload");
        PrivateFiles.CreateFolder(_folder);
        foreach (string torn in Directory.EnumerateFiles(_folder, "*.part"))
        {
            LogTorn(torn);
            File.Move(torn, Path.ChangeExtension(torn, ".rec"), overwrite: true);
        }

        _loop = Task.Run(RunAsync);
    }

    /// <summary>Recordings that wait for their upload.</summary>
    public int Waiting => Directory.EnumerateFiles(_folder, "*.rec").Count();

    /// <summary>Begins a recording. Complete and dispose the writer, then call <see cref="Finish"/>.</summary>
    /// <param name="start">What is known of the session.</param>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public RecordingWriter Begin(RecordingStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var file = new FileStream(PathOf(start.SessionId, ".part"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        return new RecordingWriter(file, start, _service.Time);
    }

    /// <summary>Hands a recording whose writer was disposed to the upload.</summary>
    public void Finish(Guid sessionId)
    {
        File.Move(PathOf(sessionId, ".part"), PathOf(sessionId, ".rec"), overwrite: false);
        Wake();
    }

    /// <summary>Uploads what waits, for some seconds at most; the rest stays on disk for the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        _draining = true;
        Wake();
        _stop.CancelAfter(DrainTime);
        await _loop;
        _more.Dispose();
        _stop.Dispose();
    }

    private void Wake()
    {
        try
        {
            if (_more.CurrentCount == 0)
            {
                _more.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it at the same moment.
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                await Parallel.ForEachAsync(
                    Directory.EnumerateFiles(_folder, "*.rec").ToArray(),
                    new ParallelOptions { MaxDegreeOfParallelism = MaxUploads, CancellationToken = _stop.Token },
                    async (file, cancellationToken) => await TryUploadAsync(file, cancellationToken));
                if (_draining)
                {
                    return;
                }

                await _more.WaitAsync(ScanPeriod, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async ValueTask TryUploadAsync(string file, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(Path.GetFileNameWithoutExtension(file), "D", out Guid sessionId))
        {
            return;
        }

        try
        {
            await UploadAsync(sessionId, file, cancellationToken);
            File.Delete(file);
        }
        catch (TeleportException e) when (e.Code is ErrorCode.Invalid or ErrorCode.AccessDenied or ErrorCode.Conflict)
        {
            // Trying again would not help, and the next recording must not wait for this one.
            string refused = Path.ChangeExtension(file, ".refused");
            File.Move(file, refused, overwrite: true);
            LogRefused(refused, e.Message);
        }
        // A supervision boundary: the recording stays on disk and is tried again at the next scan.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(sessionId, e.Message);
        }
    }

    private async Task UploadAsync(Guid sessionId, string file, CancellationToken cancellationToken)
    {
        string id = sessionId.ToString("D");
        GetUploadResponse state = await _service.Auth.Recordings.GetUploadAsync(new GetUploadRequest { SessionId = id }, cancellationToken: cancellationToken);
        if (state.Complete)
        {
            return;
        }

        await using var input = new FileStream(file, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        input.Seek(state.Bytes, SeekOrigin.Begin);
        using AsyncClientStreamingCall<UploadRequest, UploadResponse> call = _service.Auth.Recordings.Upload(cancellationToken: cancellationToken);
        await call.RequestStream.WriteAsync(new UploadRequest { Begin = new UploadRequest.Types.Begin { SessionId = id } }, cancellationToken);
        int number = state.Parts;
        while (input.Position < input.Length)
        {
            await SendPartAsync(call.RequestStream, input, ++number, Math.Max(state.MinPartBytes, MessageBytes), cancellationToken);
        }

        await call.RequestStream.WriteAsync(new UploadRequest { Complete = new UploadRequest.Types.Complete() }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        await call;
    }

    private static async Task SendPartAsync(
        IClientStreamWriter<UploadRequest> requests, FileStream input, int number, int partBytes, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MessageBytes];
        for (long sent = 0; ;)
        {
            int read = await input.ReadAtLeastAsync(
                buffer.AsMemory(0, (int)Math.Min(MessageBytes, partBytes - sent)), (int)Math.Min(MessageBytes, partBytes - sent), throwOnEndOfStream: false, cancellationToken);
            sent += read;
            bool last = sent == partBytes || input.Position == input.Length;
            await requests.WriteAsync(
                new UploadRequest { Part = new UploadRequest.Types.Part { Number = number, Content = ByteString.CopyFrom(buffer, 0, read), LastOfPart = last } },
                cancellationToken);
            if (last)
            {
                return;
            }
        }
    }

    private string PathOf(Guid sessionId, string extension) => Path.Combine(_folder, sessionId.ToString("D") + extension);

    [LoggerMessage(1160, LogLevel.Warning, "The recording {File} was cut off when this service ended; what is whole of it is uploaded.")]
    private partial void LogTorn(string file);

    [LoggerMessage(1161, LogLevel.Warning, "The recording of session {SessionId} could not be uploaded: {Reason} It stays on disk and is tried again.")]
    private partial void LogFailed(Guid sessionId, string reason);

    [LoggerMessage(1162, LogLevel.Error, "The auth service refuses a recording; it is kept as {File}: {Reason}")]
    private partial void LogRefused(string file, string reason);
}
