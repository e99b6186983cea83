using System.Text.Json.Nodes;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Recordings;

/// <summary>Which host a session belongs to, and who took part. The first host that speaks of a session owns it.</summary>
internal sealed class SessionRegistry(IBackend backend, TimeProvider time)
{
    private const int MaxParticipants = 100;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);
    private readonly RecordStore<StoredSession> _records = new(backend, AuthRecords.Default.StoredSession);

    public ValueTask<StoredSession?> FindAsync(Guid sessionId, CancellationToken cancellationToken) =>
        _records.FindAsync(Keys.Session(sessionId), cancellationToken);

    /// <summary>Takes note of the start and the end of a session from the events of its host.</summary>
    /// <exception cref="TeleportException">Code <c>access_denied</c>: the session belongs to another host.</exception>
    public async ValueTask NoteAsync(AuditRecord record, JsonObject fields, HostIdentity host, CancellationToken cancellationToken)
    {
        if (record.Event is not ("session.start" or "session.end"))
        {
            return;
        }

        if (!Guid.TryParseExact(Text(fields, "sid"), "D", out Guid sessionId))
        {
            throw TeleportException.Invalid($"The event \"{record.Event}\" lacks the session's id, a UUID.");
        }

        string[] participants = fields["participants"] is JsonArray list
            ? [.. list.Select(static n => n is JsonValue v && v.TryGetValue(out string? t) ? t : null).OfType<string>().Take(MaxParticipants)]
            : [];
        await ChangeAsync(
            sessionId,
            host,
            session => session with
            {
                User = session.User ?? Text(fields, "user"),
                Participants = record.Event == "session.end" ? participants : session.Participants,
            },
            cancellationToken);
    }

    /// <summary>Changes what is known of a session of a host.</summary>
    /// <exception cref="TeleportException">Code <c>access_denied</c>: the session belongs to another host.</exception>
    public async ValueTask<StoredSession> ChangeAsync(
        Guid sessionId, HostIdentity host, Func<StoredSession, StoredSession> change, CancellationToken cancellationToken)
    {
        StoredSession? next = await _records.ChangeAsync(
            Keys.Session(sessionId),
            present =>
            {
                StoredSession session = present ?? new StoredSession(host.HostId);
                return session.HostId == host.HostId
                    ? (change(session), time.GetUtcNow() + Kept)
                    : throw TeleportException.AccessDenied($"The session {sessionId} belongs to another host.");
            },
            cancellationToken);
        return next!;
    }

    private static string? Text(JsonObject fields, string name) =>
        fields[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
