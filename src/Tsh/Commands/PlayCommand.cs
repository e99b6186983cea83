using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Output;
using Teleport.Client.Terminals;
using Teleport.Recordings;
using Teleport.Tsh.Playback;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh play</c>.</summary>
internal sealed class PlayCommand : Command
{
    private readonly LoginFinder _logins;
    private readonly Argument<string> _session = new("session") { Description = "Session id, or a file that was exported." };
    private readonly Option<string> _format = new("--format", "-f") { DefaultValueFactory = static _ => "pty", Description = "pty, json, yaml or text." };
    private readonly Option<string> _speed = new("--speed") { DefaultValueFactory = static _ => "1x", Description = "0.25x to 16x." };
    private readonly Option<bool> _skipIdle = new("--skip-idle-time") { Description = "Cut pauses short." };

    public PlayCommand(LoginFinder logins)
        : base("play", "Replay the recording of a session. Space pauses, arrows seek, + and - change the speed, q ends.")
    {
        _logins = logins;
        Add(_session);
        Add(_format);
        Add(_speed);
        Add(_skipIdle);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string session = parsed.GetValue(_session)!;
        string format = parsed.GetValue(_format)!;
        if (format is not ("pty" or "json" or "yaml" or "text"))
        {
            throw TeleportException.Invalid($"--format is \"{format}\": expected pty, json, yaml or text.");
        }

        var options = new PlayOptions { Speed = Speed(parsed.GetValue(_speed)!), SkipsIdleTime = parsed.GetValue(_skipIdle) };
        await using Stream input = await OpenAsync(parsed, session, format, cancellationToken);
        bool isComplete;
        try
        {
            isComplete = await (format switch
            {
                "pty" => ReplayAsync(input, options, cancellationToken),
                "text" => PrintTextAsync(input, cancellationToken),
                _ => PrintEventsAsync(input, format == "yaml" ? OutputFormat.Yaml : OutputFormat.Json, cancellationToken),
            });
        }
        catch (RecordingException e)
        {
            throw TeleportException.Invalid($"The recording cannot be trusted from here on: {e.Message}");
        }

        if (!isComplete)
        {
            await Console.Error.WriteLineAsync("warning: the recording was cut off, by a crash of the server for instance; what you saw is what there is.");
        }

        return 0;
    }

    private async Task<Stream> OpenAsync(ParseResult parsed, string session, string format, CancellationToken cancellationToken)
    {
        if (File.Exists(session))
        {
            return File.OpenRead(session);
        }

        ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
        await using AuthClient auth = login.OpenAuth();
        return await RecordingSource.DownloadAsync(auth, session, format == "yaml" ? "json" : format, cancellationToken);
    }

    private static double Speed(string text) =>
        double.TryParse(text.TrimEnd('x'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double speed) && speed is >= PlayOptions.MinSpeed and <= PlayOptions.MaxSpeed
            ? speed
            : throw TeleportException.Invalid($"--speed is \"{text}\": expected {PlayOptions.MinSpeed}x to {PlayOptions.MaxSpeed}x.");

    private static async Task<bool> ReplayAsync(Stream recording, PlayOptions options, CancellationToken cancellationToken)
    {
        bool isWatched = LocalTerminal.IsOutput;
        bool hadTerminal = false;
        bool hasWarned = false;
        using PlaybackKeys? keys = isWatched && LocalTerminal.IsInput ? PlaybackKeys.Start() : null;
        await using Stream screen = LocalTerminal.OpenOutput();
        var player = new TerminalPlayer(recording, screen, keys?.Reader ?? Channel.CreateBounded<PlaybackKey>(1).Reader, TimeProvider.System)
        {
            RestoresScreen = isWatched,
            OnSize = (columns, rows) =>
            {
                hadTerminal = true;
                (int ownColumns, int ownRows) = LocalTerminal.Size;
                if (isWatched && !hasWarned && (columns > ownColumns || rows > ownRows))
                {
                    hasWarned = true;
                    Console.Error.Write($"warning: the session's terminal had {columns} columns and {rows} rows; this one has {ownColumns} and {ownRows}. Lines may break.\r\n");
                }
            },
        };
        await player.RunAsync(options, cancellationToken);
        keys?.Dispose();
        await Console.Out.WriteLineAsync(hadTerminal ? "\nend of session playback" : "The session had no terminal, so nothing that it printed was recorded.");
        return player.IsComplete;
    }

    private static async Task<bool> PrintTextAsync(Stream recording, CancellationToken cancellationToken)
    {
        await using Stream screen = LocalTerminal.OpenOutput();
        var reader = new RecordingReader(recording);
        var filter = new TerminalFilter();
        await foreach (RecordingEvent item in reader.ReadAsync(cancellationToken))
        {
            if (item is RecordingOutput text)
            {
                await screen.WriteAsync(filter.Filter(text.Bytes.Span), cancellationToken);
            }
        }

        return reader.IsComplete;
    }

    private static async Task<bool> PrintEventsAsync(Stream recording, OutputFormat format, CancellationToken cancellationToken)
    {
        var reader = new RecordingReader(recording);
        var all = new JsonArray();
        await foreach (RecordingEvent item in reader.ReadAsync(cancellationToken))
        {
            var entry = new JsonObject { ["ms"] = (long)item.Time.TotalMilliseconds };
            switch (item)
            {
                case RecordingStarted started:
                    entry["event"] = "session.start";
                    entry["sid"] = started.Start.SessionId.ToString("D");
                    entry["user"] = started.Start.User;
                    entry["login"] = started.Start.Login;
                    entry["server_hostname"] = started.Start.Hostname;
                    break;
                case RecordingOutput text:
                    entry["event"] = "print";
                    entry["bytes"] = Convert.ToBase64String(text.Bytes.Span);
                    break;
                case RecordingResized size:
                    entry["event"] = "resize";
                    entry["size"] = $"{size.Columns}:{size.Rows}";
                    break;
                case RecordingEnded ended:
                    entry["event"] = "session.end";
                    entry["exit_status"] = ended.End.ExitStatus;
                    break;
                default:
                    break;
            }

            all.Add((JsonNode)entry);
        }

        await Console.Out.WriteAsync(Documents.FormatOne(all, format));
        return reader.IsComplete;
    }
}
