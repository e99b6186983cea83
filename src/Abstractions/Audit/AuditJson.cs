using System.Text.Json;
using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Audit;

/// <summary>The codec of audit events: one line of JSON each.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserLoginEvent))]
[JsonSerializable(typeof(UserCreatedEvent))]
[JsonSerializable(typeof(UserUpdatedEvent))]
[JsonSerializable(typeof(UserDeletedEvent))]
[JsonSerializable(typeof(PasswordChangedEvent))]
[JsonSerializable(typeof(MfaAddedEvent))]
[JsonSerializable(typeof(InvitationCreatedEvent))]
[JsonSerializable(typeof(RoleCreatedEvent))]
[JsonSerializable(typeof(RoleUpdatedEvent))]
[JsonSerializable(typeof(RoleDeletedEvent))]
[JsonSerializable(typeof(TokenCreatedEvent))]
[JsonSerializable(typeof(TokenDeletedEvent))]
[JsonSerializable(typeof(InstanceJoinEvent))]
[JsonSerializable(typeof(CertificateCreatedEvent))]
[JsonSerializable(typeof(AuthorityExportedEvent))]
[JsonSerializable(typeof(AccessDeniedEvent))]
[JsonSerializable(typeof(SettingsUpdatedEvent))]
[JsonSerializable(typeof(SessionStartEvent))]
[JsonSerializable(typeof(ResizeEvent))]
[JsonSerializable(typeof(SessionLeaveEvent))]
[JsonSerializable(typeof(SessionEndEvent))]
[JsonSerializable(typeof(SessionUploadEvent))]
[JsonSerializable(typeof(SessionDataEvent))]
[JsonSerializable(typeof(SessionRejectedEvent))]
[JsonSerializable(typeof(RecordingAccessEvent))]
[JsonSerializable(typeof(AuthFailedEvent))]
[JsonSerializable(typeof(ExecEvent))]
[JsonSerializable(typeof(SubsystemEvent))]
[JsonSerializable(typeof(PortForwardEvent))]
[JsonSerializable(typeof(ClientDisconnectEvent))]
[JsonSerializable(typeof(ScpEvent))]
[JsonSerializable(typeof(SftpEvent))]
[JsonSerializable(typeof(AccessRequestCreatedEvent))]
[JsonSerializable(typeof(AccessRequestUpdatedEvent))]
[JsonSerializable(typeof(AccessRequestReviewedEvent))]
[JsonSerializable(typeof(AccessReviewRefusedEvent))]
[JsonSerializable(typeof(AccessRequestDeletedEvent))]
[JsonSerializable(typeof(AccessRequestExpiredEvent))]
[JsonSerializable(typeof(AccessPluginCallbackRejectedEvent))]
[JsonSerializable(typeof(AccessPluginResourceEvent))]
public sealed partial class AuditJson : JsonSerializerContext
{
    /// <summary>Writes an event as the record that sinks keep. Time, uid and cluster name must be set.</summary>
    public static AuditRecord ToRecord(AuditEvent auditEvent)
    {
        ArgumentNullException.ThrowIfNull(auditEvent);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(auditEvent, auditEvent.GetType(), Default);
        return new AuditRecord(auditEvent.Event, auditEvent.Code, auditEvent.Time, auditEvent.Uid, auditEvent.Index, json);
    }
}
