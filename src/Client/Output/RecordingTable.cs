using System.Globalization;
using System.Text.Json;

namespace Teleport.Client.Output;

/// <summary>A table of recordings, from the events that ended their sessions.</summary>
public static class RecordingTable
{
    /// <summary>The table, or a sentence when there is none.</summary>
    /// <param name="events">Events <c>session.end</c>, JSON.</param>
    public static string Format(IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var table = new Table("ID", "Type", "Participants", "Hostname", "Timestamp");
        foreach (ReadOnlyMemory<byte> json in events)
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            string participants = root.TryGetProperty("participants", out JsonElement all) && all.ValueKind == JsonValueKind.Array
                ? string.Join(", ", all.EnumerateArray().Select(static p => p.GetString()))
                : Text(root, "user");
            string time = root.TryGetProperty("time", out JsonElement at) && at.TryGetDateTimeOffset(out DateTimeOffset when)
                ? when.UtcDateTime.ToString("MMM d yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture)
                : "";
            table.Add(Text(root, "sid"), Text(root, "proto"), participants, Text(root, "server_hostname"), time);
        }

        return events.Count == 0 ? "No recordings found. Recordings appear some seconds after a session with a terminal ends.\n" : table + "\n";
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
