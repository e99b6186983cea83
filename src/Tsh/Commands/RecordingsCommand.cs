using System.CommandLine;
using System.Globalization;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Recordings.V1;
using Teleport.Client.Auth;
using Teleport.Client.Output;
using Teleport.Client.Profiles;
using Teleport.Recordings;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh recordings ls</c> and <c>tsh recordings export</c>.</summary>
internal sealed class RecordingsCommand : Command
{
    private readonly GlobalOptions _globals;

    public RecordingsCommand(GlobalOptions globals)
        : base("recordings", "List and export recordings of sessions.")
    {
        _globals = globals;
        Add(List());
        Add(Export());
    }

    private Command List()
    {
        var from = new Option<string?>("--from-utc") { Description = "From this day on, YYYY-MM-DD; else the last 30 days." };
        var to = new Option<string?>("--to-utc") { Description = "Up to and with this day." };
        var limit = new Option<int>("--limit") { DefaultValueFactory = static _ => 50, Description = "At most so many." };
        var format = new Option<string?>("--format", "-f") { Description = "text, json or yaml." };
        var list = new Command("ls", "List recordings, newest first.") { from, to, limit, format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Documents.ParseFormat(parsed.GetValue(format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);
            (Profile profile, ClientIdentity identity) = _globals.Require(parsed);
            await using AuthClient auth = AuthConnections.Open(profile, identity);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            ListRecordingsResponse found = await auth.Recordings.ListAsync(
                new ListRecordingsRequest
                {
                    FromUnixMilliseconds = (Day(parsed.GetValue(from)) ?? now.AddDays(-30)).ToUnixTimeMilliseconds(),
                    ToUnixMilliseconds = (Day(parsed.GetValue(to))?.AddDays(1) ?? now.AddMinutes(1)).ToUnixTimeMilliseconds(),
                    Limit = parsed.GetValue(limit),
                },
                cancellationToken: cancellationToken);
            ReadOnlyMemory<byte>[] events = [.. found.SessionEndEvents.Select(static e => e.Memory)];
            await Console.Out.WriteAsync(output == OutputFormat.Text ? RecordingTable.Format(events) : Documents.Format(events, output));
            return 0;
        });
        return list;
    }

    private Command Export()
    {
        var session = new Argument<string>("session") { Description = "Session id." };
        var format = new Option<string>("--format", "-f") { DefaultValueFactory = static _ => "asciicast", Description = "asciicast or raw." };
        var output = new Option<string?>("--out", "-o") { Description = "File to write; else the standard output." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file." };
        var export = new Command("export", "Write a recording to a file.") { session, format, output, overwrite };
        export.SetAction(async (parsed, cancellationToken) =>
        {
            string kind = parsed.GetValue(format)!;
            if (kind is not ("asciicast" or "raw"))
            {
                throw TeleportException.Invalid($"--format is \"{kind}\": expected asciicast or raw.");
            }

            (Profile profile, ClientIdentity identity) = _globals.Require(parsed);
            await using AuthClient auth = AuthConnections.Open(profile, identity);
            await using Stream recording = await RecordingSource.DownloadAsync(auth, parsed.GetValue(session)!, kind, cancellationToken);
            string? path = parsed.GetValue(output);
            if (path is not null && File.Exists(path) && !parsed.GetValue(overwrite))
            {
                throw TeleportException.Conflict($"{path} exists already. Use --overwrite to replace it, or another name.");
            }

            await using Stream target = path is null ? Console.OpenStandardOutput() : new FileStream(
                path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            await (kind == "raw" ? recording.CopyToAsync(target, cancellationToken) : Asciicast.WriteAsync(new RecordingReader(recording), target, cancellationToken));
            return 0;
        });
        return export;
    }

    private static DateTimeOffset? Day(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset day)
            ? day
            : throw TeleportException.Invalid($"\"{text}\" is no day: expected YYYY-MM-DD.");
    }
}
