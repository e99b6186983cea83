using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Api.Recordings.V1;

namespace Teleport.Agent.Spooling;

/// <summary>Uploads finished recordings in parts, and goes on after the parts that are stored already.</summary>
internal sealed partial class RecordingUploader(RecordingService.RecordingServiceClient auth, TimeProvider time, ILogger logger)
{
    private const int MessageBytes = 1024 * 1024;
    private const int MaxParts = 10_000;
    private const int MaxConflicts = 10;
    private static readonly TimeSpan StepTimeout = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<Guid, int> _conflicts = new();

    /// <summary>Uploads a file and deletes it, or sets it aside when it is refused for good.</summary>
    /// <param name="file">Named by the session's id.</param>
    /// <param name="cancellationToken">Stops; the file stays.</param>
    /// <returns>Why it stays to be tried again; <c>null</c>: it does not.</returns>
    public async Task<string?> TryUploadAsync(string file, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(Path.GetFileNameWithoutExtension(file), "D", out Guid sessionId))
        {
            return null;
        }

        try
        {
            await UploadAsync(sessionId.ToString("D"), file, cancellationToken);
            File.Delete(file);
            return null;
        }
        catch (TeleportException e) when (e.Code is ErrorCode.Invalid or ErrorCode.AccessDenied || IsLastingConflict(e, sessionId))
        {
            // Trying again would not help, and the next recording must not wait for this one.
            string refused = Path.ChangeExtension(file, ".refused");
            File.Move(file, refused, overwrite: true);
            LogRefused(refused, e.Message);
            return null;
        }
        // A supervision boundary: the recording stays on disk and is tried again at the next scan.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            string reason = e is OperationCanceledException ? $"the auth service took nothing for {StepTimeout.TotalMinutes:0} minutes." : e.Message;
            LogFailed(sessionId, reason);
            return reason;
        }
    }

    // An upload that broke off may look to the other end as if it went on for a while; a recording that is there already stays.
    private bool IsLastingConflict(TeleportException e, Guid sessionId) =>
        e.Code == ErrorCode.Conflict && _conflicts.AddOrUpdate(sessionId, 1, static (_, count) => count + 1) >= MaxConflicts;

    private async Task UploadAsync(string sessionId, string file, CancellationToken cancellationToken)
    {
        GetUploadResponse state = await auth.GetUploadAsync(new GetUploadRequest { SessionId = sessionId }, cancellationToken: cancellationToken);
        if (state.Complete)
        {
            return;
        }

        await using var input = new FileStream(file, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        if (state.Bytes > input.Length)
        {
            throw TeleportException.Invalid($"{state.Bytes} bytes of it were uploaded, but it has {input.Length}.");
        }

        input.Seek(state.Bytes, SeekOrigin.Begin);
        using var step = new CancellationTokenSource(StepTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(step.Token, cancellationToken);
        using AsyncClientStreamingCall<UploadRequest, UploadResponse> call = auth.Upload(cancellationToken: stop.Token);
        await call.RequestStream.WriteAsync(new UploadRequest { Begin = new UploadRequest.Types.Begin { SessionId = sessionId } }, stop.Token);
        int partBytes = PartBytes(input.Length, state.MinPartBytes);
        for (int number = state.Parts + 1; input.Position < input.Length; number++)
        {
            await SendPartAsync(call.RequestStream, input, number, partBytes, () => step.CancelAfter(StepTimeout), stop.Token);
        }

        await call.RequestStream.WriteAsync(new UploadRequest { Complete = new UploadRequest.Types.Complete() }, stop.Token);
        await call.RequestStream.CompleteAsync();
        await call;
    }

    /// <summary>As small as the store allows, since a part that breaks off is sent again; large enough that their number suffices.</summary>
    private static int PartBytes(long total, int least) => (int)Math.Max(Math.Max(least, MessageBytes), (total / (MaxParts / 2)) + 1);

    private static async Task SendPartAsync(
        IClientStreamWriter<UploadRequest> requests, FileStream input, int number, int partBytes, Action onProgress, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MessageBytes];
        for (int sent = 0; ;)
        {
            int wanted = Math.Min(MessageBytes, partBytes - sent);
            int read = await input.ReadAtLeastAsync(buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken);
            sent += read;
            bool last = sent == partBytes || input.Position == input.Length;
            await requests.WriteAsync(
                new UploadRequest { Part = new UploadRequest.Types.Part { Number = number, Content = ByteString.CopyFrom(buffer, 0, read), LastOfPart = last } },
                cancellationToken);
            onProgress();
            if (last)
            {
                return;
            }
        }
    }

    [LoggerMessage(1161, LogLevel.Warning, "The recording of session {SessionId} could not be uploaded: {Reason} It stays on disk and is tried again.")]
    private partial void LogFailed(Guid sessionId, string reason);

    [LoggerMessage(1162, LogLevel.Error, "The auth service refuses a recording; it is kept as {File}: {Reason}")]
    private partial void LogRefused(string file, string reason);
}
