using System.Text.Json;

namespace Teleport.Audit.Files;

/// <summary>What a search looks at in each line, read without making anything of the rest.</summary>
internal readonly record struct LineFields(AuditFileSearch.Key Key, string Event)
{
    /// <summary>Reads a line; <c>null</c>: it is no event. One that a crash tore was never acknowledged.</summary>
    public static LineFields? TryRead(ReadOnlySpan<byte> line)
    {
        DateTimeOffset? time = null;
        string? uid = null;
        string? type = null;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isTime = reader.ValueTextEquals("time"u8);
                bool isUid = reader.ValueTextEquals("uid"u8);
                bool isType = reader.ValueTextEquals("event"u8);
                reader.Read();
                if (isTime)
                {
                    time = reader.GetDateTimeOffset();
                }
                else if (isUid)
                {
                    uid = reader.GetString();
                }
                else if (isType)
                {
                    type = reader.GetString();
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }

        return time is { } at && uid is not null && type is not null ? new LineFields(new AuditFileSearch.Key(at, uid), type) : null;
    }
}
