using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Recordings.V1;

namespace Teleport.Tsh.Playback;

/// <summary>Opens recordings: from a file, or from the auth service while they are read.</summary>
internal static class RecordingSource
{
    /// <summary>Downloads a recording into a temporary file, which goes away when the stream is disposed.</summary>
    public static async Task<Stream> DownloadAsync(AuthClient auth, string sessionId, string format, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(sessionId, out Guid id))
        {
            throw TeleportException.Invalid($"'{Client.Profiles.Names.Printable(sessionId)}' is not a valid session ID (must be GUID), and no such file exists. List recordings with: tsh recordings ls");
        }

        string path = Path.Combine(Path.GetTempPath(), $"tsh-{Guid.NewGuid():N}.rec");
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            using AsyncServerStreamingCall<DownloadChunk> call = auth.Recordings.Download(
                new DownloadRequest { SessionId = id.ToString("D"), Format = format }, cancellationToken: cancellationToken);
            while (await call.ResponseStream.MoveNext(cancellationToken))
            {
                await file.WriteAsync(call.ResponseStream.Current.Content.Memory, cancellationToken);
            }

            file.Position = 0;
            return file;
        }
        catch (TeleportException e) when (e.Code == ErrorCode.NotFound)
        {
            await file.DisposeAsync();
            throw TeleportException.NotFound($"There is no recording of the session {id:D}: it is still running, is being uploaded (try again in some seconds), or recording was off.");
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
