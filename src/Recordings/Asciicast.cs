using System.Text;
using System.Text.Json;

namespace Teleport.Recordings;

/// <summary>Writes a recording as asciicast version 2, which players of terminal sessions understand.</summary>
public static class Asciicast
{
    private const int DefaultColumns = 80;
    private const int DefaultRows = 24;

    /// <summary>Writes the whole recording: a header line, then a line for each output and change of size.</summary>
    /// <param name="reader">The recording, at its beginning.</param>
    /// <param name="output">Where it goes; stays open.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    /// <exception cref="RecordingException">It is no recording, or it was changed.</exception>
    public static async Task WriteAsync(RecordingReader reader, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        // Output may be cut within a character; the decoder keeps the part until the rest comes.
        Decoder decoder = Encoding.UTF8.GetDecoder();
        char[] characters = new char[Encoding.UTF8.GetMaxCharCount(RecordingFormat.MaxOutputBytes)];
        await foreach (RecordingEvent item in reader.ReadAsync(cancellationToken))
        {
            byte[] line = item switch
            {
                RecordingStarted started => Header(started.Start),
                RecordingOutput shown when decoder.GetChars(shown.Bytes.Span, characters, flush: false) is > 0 and var length =>
                    Row(shown.Time, "o", characters.AsSpan(0, length)),
                RecordingResized resized => Row(resized.Time, "r", $"{resized.Columns}x{resized.Rows}"),
                _ => [],
            };
            await output.WriteAsync(line, cancellationToken);
        }
    }

    private static byte[] Header(RecordingStart start)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 2);
            json.WriteNumber("width", start.Columns > 0 ? start.Columns : DefaultColumns);
            json.WriteNumber("height", start.Rows > 0 ? start.Rows : DefaultRows);
            json.WriteNumber("timestamp", start.Begun.ToUnixTimeSeconds());
            json.WriteString("title", $"{start.User} as {start.Login} on {start.Hostname}");
            json.WriteStartObject("env");
            json.WriteString("TERM", start.Terminal ?? "xterm-256color");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    private static byte[] Row(TimeSpan time, string kind, ReadOnlySpan<char> text)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartArray();
            json.WriteNumberValue(Math.Round((decimal)time.TotalSeconds, 6));
            json.WriteStringValue(kind);
            json.WriteStringValue(text);
            json.WriteEndArray();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
