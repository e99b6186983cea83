using System.Text.Json;
using Teleport.Abstractions.Audit;
using Teleport.Node.Processes;

namespace Teleport.Node.Sessions;

/// <summary>Reads what our own program for files reports: one JSON object a line.</summary>
/// <remarks>
/// The program runs as the user, so it is believed as far as the user is: it can say something of its own session only, and what it says
/// is bounded. Described in docs/formats/file-events.md.
/// </remarks>
internal static class FileEvents
{
    private const int MaxLineBytes = 16 * 1024;
    private const int MaxEvents = 100_000;
    private static readonly string[] Actions =
        ["open", "setstat", "opendir", "readdir", "remove", "mkdir", "rmdir", "rename", "symlink", "link"];

    /// <summary>Reads to the end.</summary>
    public static async Task ReadAsync(Descriptor reports, SessionLog log)
    {
        var buffer = new byte[MaxLineBytes];
        int length = 0;
        int events = 0;
        while (await reports.ReadAsync(buffer.AsMemory(length)) is > 0 and var count)
        {
            length += count;
            int start = 0;
            while (buffer.AsSpan(start, length - start).IndexOf((byte)'\n') is >= 0 and var end)
            {
                if (events++ < MaxEvents && Parse(buffer.AsMemory(start, end)) is { } happened)
                {
                    log.Emit(happened);
                }

                start += end + 1;
            }

            // A line that does not fit is cut; what follows it is no JSON and is dropped.
            length = length - start == buffer.Length ? 0 : length - start;
            buffer.AsSpan(start, length).CopyTo(buffer);
        }
    }

    private static SftpEvent? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return Text(document.RootElement, "action") is { } action && Actions.Contains(action)
                ? new SftpEvent
                {
                    Action = action,
                    Path = Text(document.RootElement, "path") ?? "",
                    TargetPath = Text(document.RootElement, "target_path"),
                    Error = Text(document.RootElement, "error"),
                }
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whoever sends such lines is not our program any more.
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
