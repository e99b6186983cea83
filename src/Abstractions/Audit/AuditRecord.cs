using System.Text.Json;

namespace Teleport.Abstractions.Audit;

/// <summary>An audit event as it is stored: one JSON object on one line, with the fields that every reader needs.</summary>
/// <param name="Event">Its type, as <c>session.start</c>.</param>
/// <param name="Code">Its code, as <c>T2000I</c>.</param>
/// <param name="Time">When it happened, UTC.</param>
/// <param name="Uid">Its id, a UUID.</param>
/// <param name="Index">Its place within a session, from 0.</param>
/// <param name="Json">The whole object in UTF-8, without a line end; at most <see cref="MaxBytes"/>.</param>
public sealed record AuditRecord(string Event, string Code, DateTimeOffset Time, string Uid, long Index, ReadOnlyMemory<byte> Json)
{
    /// <summary>Largest size of <see cref="Json"/> in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Reads a stored line. Unknown fields are kept.</summary>
    /// <exception cref="FormatException">It is no JSON object, or lacks event, code, time or uid.</exception>
    public static AuditRecord Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return new AuditRecord(
                root.GetProperty("event").GetString()!,
                root.GetProperty("code").GetString()!,
                root.GetProperty("time").GetDateTimeOffset(),
                root.GetProperty("uid").GetString()!,
                root.TryGetProperty("ei", out JsonElement index) ? index.GetInt64() : 0,
                json);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"A stored audit event cannot be read: {e.Message}", e);
        }
    }
}
