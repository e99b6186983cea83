using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Output;
using Teleport.Client.Terminals;
using Teleport.Recordings;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh play</c>.</summary>
internal sealed class PlayCommand : Command
{
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(1);

    private readonly LoginFinder _logins;
    private readonly Argument<string> _session = new("session") { Description = "Session id, or a file that was exported." };
    private readonly Option<string> _format = new("--format", "-f") { DefaultValueFactory = static _ => "pty", Description = "pty, json or text." };
    private readonly Option<string> _speed = new("--speed") { DefaultValueFactory = static _ => "1x", Description = "0.5x to 8x." };
    private readonly Option<bool> _skipIdle = new("--skip-idle-time") { Description = "Wait a second at most where nothing happened." };

    public PlayCommand(LoginFinder logins)
        : base("play", "Replay the recording of a session.")
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
        if (format is not ("pty" or "json" or "text"))
        {
            throw TeleportException.Invalid($"--format is \"{format}\": expected pty, json or text.");
        }

        await using Stream input = await OpenAsync(parsed, session, format, cancellationToken);
        var reader = new RecordingReader(input);
        try
        {
            await (format switch
            {
                "json" => PrintJsonAsync(reader, cancellationToken),
                "text" => PrintTextAsync(reader, cancellationToken),
                _ => ReplayAsync(reader, Speed(parsed.GetValue(_speed)!), parsed.GetValue(_skipIdle), cancellationToken),
            });
        }
        catch (RecordingException e)
        {
            throw TeleportException.Invalid($"The recording cannot be trusted from here on: {e.Message}");
        }

        if (!reader.IsComplete)
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
        return await RecordingSource.DownloadAsync(auth, session, format, cancellationToken);
    }

    private static double Speed(string text) =>
        double.TryParse(text.TrimEnd('x'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double speed) && speed is >= 0.1 and <= 100
            ? speed
            : throw TeleportException.Invalid($"--speed is \"{text}\": expected 0.5x to 8x.");

    private static async Task ReplayAsync(RecordingReader reader, double speed, bool skipIdle, CancellationToken cancellationToken)
    {
        using TerminalMode? raw = LocalTerminal.EnterRawMode();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var control = new PlayControl(stop);
        Task keys = LocalTerminal.IsInput ? control.ListenAsync(stop.Token) : Task.CompletedTask;
        Stream screen = LocalTerminal.OpenOutput();
        var filter = new TerminalFilter();
        TimeSpan shown = TimeSpan.Zero;
        try
        {
            await foreach (RecordingEvent item in reader.ReadAsync(stop.Token))
            {
                TimeSpan wait = item.Time - shown;
                shown = item.Time;
                await control.WaitAsync((skipIdle && wait > LongestIdle ? LongestIdle : wait) / speed, stop.Token);
                byte[] output = item switch
                {
                    RecordingOutput text => filter.Filter(text.Bytes.Span),
                    RecordingResized size when LocalTerminal.IsOutput => System.Text.Encoding.ASCII.GetBytes($"\u001b[8;{size.Rows};{size.Columns}t"),
                    _ => [],
                };
                await screen.WriteAsync(output, stop.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The viewer ended it with Ctrl-C or q.
        }

        await stop.CancelAsync();
        _ = keys.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        raw?.Dispose();
        await Console.Out.WriteLineAsync("\nend of session playback");
    }

    private static async Task PrintTextAsync(RecordingReader reader, CancellationToken cancellationToken)
    {
        Stream screen = LocalTerminal.OpenOutput();
        var filter = new TerminalFilter();
        await foreach (RecordingEvent item in reader.ReadAsync(cancellationToken))
        {
            if (item is RecordingOutput text)
            {
                await screen.WriteAsync(filter.Filter(text.Bytes.Span), cancellationToken);
            }
        }
    }

    private static async Task PrintJsonAsync(RecordingReader reader, CancellationToken cancellationToken)
    {
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

        await Console.Out.WriteAsync(Documents.FormatOne(all, OutputFormat.Json));
    }
}
