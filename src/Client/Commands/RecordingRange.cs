using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Recordings.V1;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Client.Commands;

/// <summary><c>recordings ls</c>: its flags, and what it prints.</summary>
public sealed class RecordingRange
{
    private const int MaxLimit = 1000;

    private readonly Option<string?> _from = new("--from-utc") { Description = "From this day on, as 2026-01-31 or 2026-01-31T12:00:00Z." };
    private readonly Option<string?> _to = new("--to-utc") { Description = "Up to and with this day." };
    private readonly Option<string?> _last = new("--last") { Description = "Of the last so long, as 24h; else of the last 30 days." };
    private readonly Option<int> _limit = new("--limit") { DefaultValueFactory = static _ => 50, Description = "At most so many." };
    private readonly Option<string?> _format = new("--format", "-f") { Description = "text, json or yaml." };

    /// <summary>Makes the command.</summary>
    /// <param name="open">Opens the auth service.</param>
    public Command Create(Func<ParseResult, CancellationToken, Task<AuthClient>> open)
    {
        var list = new Command("ls", "List recordings of sessions, newest first.") { _from, _to, _last, _limit, _format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat format = Documents.ParseFormat(parsed.GetValue(_format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);
            (DateTimeOffset from, DateTimeOffset to) = Read(parsed.GetValue(_from), parsed.GetValue(_to), parsed.GetValue(_last), TimeProvider.System.GetUtcNow());
            int limit = parsed.GetValue(_limit) is >= 1 and <= MaxLimit and var wished ? wished : throw TeleportException.Invalid($"--limit must be 1 to {MaxLimit}.");
            await using AuthClient auth = await open(parsed, cancellationToken);
            ListRecordingsResponse found = await auth.Recordings.ListAsync(
                new ListRecordingsRequest { FromUnixMilliseconds = from.ToUnixTimeMilliseconds(), ToUnixMilliseconds = to.ToUnixTimeMilliseconds(), Limit = limit },
                cancellationToken: cancellationToken);
            ReadOnlyMemory<byte>[] events = [.. found.SessionEndEvents.Select(static e => e.Memory)];
            await parsed.InvocationConfiguration.Output.WriteAsync(format == OutputFormat.Text ? Text(events) : Documents.Format(events, format));
            return 0;
        });
        return list;
    }

    internal static (DateTimeOffset From, DateTimeOffset To) Read(string? from, string? to, string? last, DateTimeOffset now)
    {
        if (last is not null && (from is not null || to is not null))
        {
            throw TeleportException.Invalid("--last excludes --from-utc and --to-utc.");
        }

        // A clock that is a little ahead elsewhere does not hide the newest.
        DateTimeOffset end = to is null ? now.AddMinutes(1) : ReadTime(to, "--to-utc", endOfDay: true);
        DateTimeOffset begin = from is not null ? ReadTime(from, "--from-utc", endOfDay: false) : end - (last is null ? TimeSpan.FromDays(30) : DurationText.Parse(last, "--last"));
        return begin <= end ? (begin, end) : throw TeleportException.Invalid("--from-utc is after --to-utc.");
    }

    private static DateTimeOffset ReadTime(string text, string flag, bool endOfDay)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
        {
            return new DateTimeOffset((endOfDay ? day.AddDays(1) : day).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw TeleportException.Invalid($"{flag} is \"{Names.Printable(text)}\": expected a day as 2026-01-31, or a time as 2026-01-31T12:00:00Z.");
    }

    private static string Text(ReadOnlyMemory<byte>[] events)
    {
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

        return events.Length == 0 ? "No recordings found. Recordings appear some seconds after a session with a terminal ends.\n" : table + "\n";
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
