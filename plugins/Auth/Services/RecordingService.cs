using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Api;
using Teleport.Api.Recordings.V1;
using Teleport.Auth.Audit;
using Teleport.Auth.Recordings;
using Teleport.Auth.Serving;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Services;

/// <summary>Recordings of sessions.</summary>
internal sealed class RecordingService(Guard guard, UploadFlow uploads, IRecordingStore store, SessionRegistry sessions, AuditPipeline audit)
    : Api.Recordings.V1.RecordingService.RecordingServiceBase
{
    private const string SessionEnd = "session.end";
    private const int MaxListed = 1000;
    private const int PageLength = 100;
    private const int MaxPages = 100;
    private const int ChunkBytes = 256 * 1024;
    private const int MaxAnswerBytes = AuthProtocol.MaxMessageBytes - AuditRecord.MaxBytes - 4096;
    private static readonly string[] Formats = ["pty", "json", "text", "asciicast", ""];

    public override Task<UploadResponse> Upload(IAsyncStreamReader<UploadRequest> requestStream, ServerCallContext context) =>
        uploads.ReceiveAsync(requestStream, context.GetHost(), context.CancellationToken);

    public override Task<GetUploadResponse> GetUpload(GetUploadRequest request, ServerCallContext context) =>
        uploads.ShowAsync(request.SessionId, context.GetHost(), context.CancellationToken);

    public override async Task<ListRecordingsResponse> List(ListRecordingsRequest request, ServerCallContext context)
    {
        if (request.Limit is < 0 or > MaxListed)
        {
            throw TeleportException.Invalid($"A list has at most {MaxListed} recordings.");
        }

        Caller caller = context.GetCaller();
        RoleSet? roles = await guard.RolesOfAsync(caller, context.CancellationToken);
        int wished = request.Limit == 0 ? 100 : request.Limit;
        var response = new ListRecordingsResponse();
        var query = new AuditQuery
        {
            From = AuditService.Time(request.FromUnixMilliseconds, DateTimeOffset.UnixEpoch),
            To = AuditService.Time(request.ToUnixMilliseconds, DateTimeOffset.MaxValue),
            Events = [SessionEnd],
            Descending = true,
            Limit = PageLength,
        };
        bool some = Guard.Check(caller, roles, ResourceKinds.Session, Verbs.List).IsAllowed;
        long bytes = 0;
        for (int page = 0; page < MaxPages; page++)
        {
            AuditPage found = await audit.SearchAsync(query, context.CancellationToken);
            foreach (AuditRecord record in found.Records)
            {
                if (!Guard.Check(caller, roles, ResourceKinds.Session, Verbs.List, variables: Variables(record)).IsAllowed)
                {
                    continue;
                }

                some = true;
                bytes += record.Json.Length;
                response.SessionEndEvents.Add(ByteString.CopyFrom(record.Json.Span));
                if (response.SessionEndEvents.Count >= wished || bytes > MaxAnswerBytes)
                {
                    return response;
                }
            }

            if (found.NextKey is null)
            {
                break;
            }

            query = query with { StartKey = found.NextKey };
        }

        // Somebody whom no rule allows anything hears so; somebody with rules for some sessions gets those there are.
        if (!some && !HasConditionalRule(caller, roles, Verbs.List))
        {
            await guard.RequireAsync(context, ResourceKinds.Session, Verbs.List);
        }

        return response;
    }

    public override async Task Download(DownloadRequest request, IServerStreamWriter<DownloadChunk> responseStream, ServerCallContext context)
    {
        Guid sessionId = UploadFlow.ParseId(request.SessionId);
        if (!Formats.Contains(request.Format))
        {
            throw TeleportException.Invalid("The format is pty, json, text or asciicast.");
        }

        StoredSession? session = await sessions.FindAsync(sessionId, context.CancellationToken);
        ResourceGrant grant = await guard.RequireAsync(
            context, ResourceKinds.Session, Verbs.Read, sessionId.ToString("D"), session is null ? null : Variables(session.User, session.Participants ?? []));
        await using Stream recording = await store.OpenReadAsync(sessionId, context.CancellationToken);
        await audit.EmitAsync(new RecordingAccessEvent
        {
            User = grant.Caller.Name,
            RemoteAddress = grant.Caller.RemoteAddress,
            SessionId = sessionId.ToString("D"),
            Format = request.Format.Length > 0 ? request.Format : null,
        });
        byte[] buffer = new byte[ChunkBytes];
        for (int read; (read = await recording.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.CancellationToken)) > 0;)
        {
            await responseStream.WriteAsync(new DownloadChunk { Content = ByteString.CopyFrom(buffer, 0, read) }, context.CancellationToken);
        }
    }

    // Whether there might be sessions that a rule with a predicate allows: one of the caller's own would be.
    private static bool HasConditionalRule(Caller caller, RoleSet? roles, string verb) =>
        Guard.Check(caller, roles, ResourceKinds.Session, verb, variables: Variables(caller.Name, [caller.Name])).IsAllowed;

    private static Dictionary<string, IReadOnlyList<string>> Variables(AuditRecord record)
    {
        using JsonDocument json = JsonDocument.Parse(record.Json);
        JsonElement root = json.RootElement;
        string? user = root.TryGetProperty("user", out JsonElement name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        string[] participants = root.TryGetProperty("participants", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(static e => e.ValueKind == JsonValueKind.String).Select(static e => e.GetString()!)]
            : [];
        return Variables(user, participants);
    }

    private static Dictionary<string, IReadOnlyList<string>> Variables(string? user, IReadOnlyList<string> participants) => new(StringComparer.Ordinal)
    {
        ["session.user"] = user is null ? [] : [user],
        // Who started a session takes part in it, even while it has not ended.
        ["session.participants"] = user is null || participants.Contains(user) ? participants : [.. participants, user],
    };
}
