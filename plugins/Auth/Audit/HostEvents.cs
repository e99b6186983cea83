using System.Text.Json;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;

namespace Teleport.Auth.Audit;

/// <summary>Checks and completes events that a host sends: only of kinds that hosts know of, only of itself, only of this cluster.</summary>
internal sealed class HostEvents(string clusterName, TimeProvider time)
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>What happens on servers. All else is the auth service's own to say.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "session.start", "session.join", "session.leave", "session.end", "session.data", "session.rejected", "session.command", "session.disk",
        "session.network", "session.connect", "resize", "print", "auth", "exec", "scp", "sftp", "subsystem", "port", "x11-forward", "client.disconnect",
    };

    /// <exception cref="TeleportException">Code <c>invalid</c> or <c>access_denied</c>.</exception>
    public (AuditRecord Record, JsonObject Fields) Accept(ReadOnlyMemory<byte> json, HostIdentity host)
    {
        JsonObject fields = Parse(json);
        string type = Text(fields, "event") ?? throw TeleportException.Invalid("An event lacks \"event\".");
        if (Text(fields, "code") is not { Length: > 0 and <= 32 })
        {
            throw TeleportException.Invalid($"The event \"{Shorten(type)}\" lacks a code.");
        }

        // Only hosts that run access plugins get callbacks for them.
        if (!Known.Contains(type) && !(type == "access_plugin.callback_rejected" && host.Role == SystemRole.Access))
        {
            throw TeleportException.AccessDenied($"Services of role {host.Role} do not emit events of type \"{Shorten(type)}\".");
        }

        if (fields.ContainsKey("server_id") && Text(fields, "server_id") != host.HostId)
        {
            throw TeleportException.AccessDenied("A service emits only events of its own host: server_id must be its host id.");
        }

        fields["server_id"] = host.HostId;
        fields["cluster_name"] = clusterName;
        if (!Guid.TryParseExact(Text(fields, "uid"), "D", out _))
        {
            fields["uid"] = Guid.NewGuid().ToString("D");
        }

        DateTimeOffset now = time.GetUtcNow();
        bool timed = DateTimeOffset.TryParse(
            Text(fields, "time"), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset at);
        // Spooled events are old, but none comes from the future.
        if (!timed || at == default || at > now + ClockSkew)
        {
            fields["time"] = JsonSerializer.SerializeToNode(AuditTime.Round(now), AuditTimeJson.Default.DateTimeOffset);
        }

        byte[] complete = JsonSerializer.SerializeToUtf8Bytes(fields);
        if (complete.Length > AuditRecord.MaxBytes)
        {
            throw TeleportException.Limit($"The event \"{type}\" has {complete.Length} bytes; the limit is {AuditRecord.MaxBytes}.");
        }

        try
        {
            return (AuditRecord.Parse(complete), fields);
        }
        catch (FormatException e)
        {
            throw TeleportException.Invalid(e.Message);
        }
    }

    private static JsonObject Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonNode.Parse(json.Span, documentOptions: new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false }) as JsonObject
                ?? throw TeleportException.Invalid("An event is no JSON object.");
        }
        catch (JsonException e)
        {
            throw TeleportException.Invalid($"An event is no JSON: {e.Message}");
        }
    }

    private static string? Text(JsonObject fields, string name) =>
        fields[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "...";
}

[System.Text.Json.Serialization.JsonSerializable(typeof(DateTimeOffset))]
internal sealed partial class AuditTimeJson : System.Text.Json.Serialization.JsonSerializerContext;
