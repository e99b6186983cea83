using System.Buffers;
using Grpc.Core;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Security;
using Teleport.Api.Recordings.V1;
using Teleport.Auth.Audit;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Recordings;

/// <summary>Takes recordings of the hosts that made them: in parts, resumed after a break, complete once.</summary>
internal sealed class UploadFlow(IRecordingStore store, SessionRegistry sessions, AuditPipeline audit, TimeProvider time)
{
    private const int MaxParts = 10_000;

    // A part is held in memory until it is stored.
    private const int MaxPartBytes = 16 * 1024 * 1024;

    public async Task<UploadResponse> ReceiveAsync(IAsyncStreamReader<UploadRequest> steps, HostIdentity host, CancellationToken cancellationToken)
    {
        if (!await steps.MoveNext(cancellationToken) || steps.Current.Begin is not { } begin)
        {
            throw TeleportException.Invalid("An upload begins with the session's id.");
        }

        Guid sessionId = ParseId(begin.SessionId);
        (RecordingUpload? upload, string? url) = await BeginAsync(sessionId, host, cancellationToken);
        if (upload is null)
        {
            // Complete already: the answer to the earlier upload got lost.
            return new UploadResponse { Url = url! };
        }

        var part = new ArrayBufferWriter<byte>();
        int number = 0;
        while (await steps.MoveNext(cancellationToken))
        {
            switch (steps.Current.StepCase)
            {
                case UploadRequest.StepOneofCase.Part:
                    number = await AddAsync(upload, part, number, steps.Current.Part, cancellationToken);
                    break;
                case UploadRequest.StepOneofCase.Complete when number == 0:
                    return new UploadResponse { Url = await CompleteAsync(sessionId, upload, host) };
                case UploadRequest.StepOneofCase.Complete:
                    throw TeleportException.Invalid($"Part {number} was begun and not ended.");
                default:
                    throw TeleportException.Invalid("After its beginning an upload has parts, and ends with complete.");
            }
        }

        // The host may come back: what was stored stays.
        throw TeleportException.Invalid("The upload ended before it was complete; resume it after the parts that are stored.");
    }

    public async Task<GetUploadResponse> ShowAsync(string sessionId, HostIdentity host, CancellationToken cancellationToken)
    {
        Guid id = ParseId(sessionId);
        StoredSession? session = await sessions.FindAsync(id, cancellationToken);
        if (session is not null && session.HostId != host.HostId)
        {
            throw TeleportException.AccessDenied($"The session {id} belongs to another host.");
        }

        var response = new GetUploadResponse { MinPartBytes = store.MinPartBytes, Complete = session?.Url is not null };
        if (session is { Url: null, UploadId: { } uploadId, UploadBegun: { } begun })
        {
            int next = 1;
            foreach (RecordingPart part in await store.ListPartsAsync(new RecordingUpload(uploadId, id, begun), cancellationToken))
            {
                // Only what is there from the first part on without a gap.
                if (part.Number != next)
                {
                    break;
                }

                response.Parts = next++;
                response.Bytes += part.Bytes;
            }
        }

        return response;
    }

    private async Task<(RecordingUpload? Upload, string? Url)> BeginAsync(Guid sessionId, HostIdentity host, CancellationToken cancellationToken)
    {
        StoredSession session = await sessions.ChangeAsync(sessionId, host, static s => s, cancellationToken);
        if (session.Url is { } url)
        {
            return (null, url);
        }

        if (session is { UploadId: { } running, UploadBegun: { } begun })
        {
            return (new RecordingUpload(running, sessionId, begun), null);
        }

        RecordingUpload upload = await store.BeginAsync(sessionId, cancellationToken);
        StoredSession claimed = await sessions.ChangeAsync(
            sessionId, host, s => s.UploadId is null ? s with { UploadId = upload.UploadId, UploadBegun = upload.Begun } : s, cancellationToken);
        if (claimed.UploadId != upload.UploadId)
        {
            await store.AbortAsync(upload, CancellationToken.None);
            throw TeleportException.Conflict($"The recording of session {sessionId} is being uploaded by another connection.");
        }

        return (upload, null);
    }

    private async Task<int> AddAsync(
        RecordingUpload upload, ArrayBufferWriter<byte> part, int number, UploadRequest.Types.Part piece, CancellationToken cancellationToken)
    {
        if (piece.Number is < 1 or > MaxParts || (number != 0 && piece.Number != number))
        {
            throw TeleportException.Invalid($"Parts are numbered from 1 to {MaxParts}, and one is ended before the next begins.");
        }

        if (part.WrittenCount + piece.Content.Length > MaxPartBytes)
        {
            throw TeleportException.Limit($"A part has at most {MaxPartBytes} bytes.");
        }

        part.Write(piece.Content.Span);
        if (!piece.LastOfPart)
        {
            return piece.Number;
        }

        await store.UploadPartAsync(upload, piece.Number, part.WrittenMemory, cancellationToken);
        part.ResetWrittenCount();
        return 0;
    }

    private async Task<string> CompleteAsync(Guid sessionId, RecordingUpload upload, HostIdentity host)
    {
        // Not cancelled: a recording is complete or it is not.
        Uri url = await store.CompleteAsync(upload, CancellationToken.None);
        await sessions.ChangeAsync(sessionId, host, s => s with { UploadId = null, UploadBegun = null, Url = url.ToString() }, CancellationToken.None);
        await audit.EmitAsync(new SessionUploadEvent { SessionId = sessionId.ToString("D"), Url = url.ToString(), Index = int.MaxValue, Time = AuditTime.Round(time.GetUtcNow()) });
        return url.ToString();
    }

    internal static Guid ParseId(string text) => Guid.TryParseExact(text, "D", out Guid id)
        ? id
        : throw TeleportException.Invalid("A session's id is a UUID, as ab8e5e5b-77a0-4e53-bc86-19c4f915bf67.");
}
