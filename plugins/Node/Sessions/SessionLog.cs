using System.Globalization;
using Teleport.Abstractions.Audit;
using Teleport.Node.Connections;
using Teleport.Node.Processes;
using Teleport.Node.Recording;

namespace Teleport.Node.Sessions;

/// <summary>Tells the audit log and the recording what happens in a session.</summary>
internal sealed class SessionLog
{
    private readonly NodeConnection _connection;
    private readonly SessionRequest _request;
    private readonly DateTimeOffset _started;
    private readonly bool _isTransfer;
    private readonly string _mode;
    private ISessionRecording? _recording;
    private long _index;

    private SessionLog(NodeConnection connection, Guid sessionId, SessionRequest request, bool isTransfer, DateTimeOffset started)
    {
        (_connection, SessionId, _request, _isTransfer, _started) = (connection, sessionId, request, isTransfer, started);
        _mode = connection.Context.Recorder.Mode;
    }

    public Guid SessionId { get; }

    private bool IsInteractive => _request.Terminal is not null;

    private IReadOnlyList<string> InitialCommand => _request.Command is { } command ? [command] : [];

    /// <summary>Begins a session's events and recording. What cannot be kept must not begin.</summary>
    /// <param name="connection">Whose session it is.</param>
    /// <param name="sessionId">Its id.</param>
    /// <param name="request">What the client asked for.</param>
    /// <param name="isTransfer">Files are copied, and nothing else: that has events of its own and no recording.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It cannot be recorded.</exception>
    /// <exception cref="Abstractions.Errors.TeleportException">The event cannot be kept.</exception>
    public static async Task<SessionLog> BeginAsync(
        NodeConnection connection, Guid sessionId, SessionRequest request, bool isTransfer, CancellationToken cancellationToken)
    {
        var log = new SessionLog(connection, sessionId, request, isTransfer, connection.Context.Time.GetUtcNow());
        if (isTransfer)
        {
            return log;
        }

        log._recording = await connection.Context.Recorder.BeginAsync(log.Describe(), cancellationToken);
        connection.Stamp.Emit(log.Numbered(new SessionStartEvent
        {
            Size = request.Terminal is null ? null : request.Size.ToString(),
            InitialCommand = log.InitialCommand,
            SessionRecording = log._mode,
        }));
        return log;
    }

    /// <summary>Keeps what a terminal showed. What commands print without one is not recorded, as it may be files of any size.</summary>
    public ValueTask OutputAsync(ReadOnlyMemory<byte> printed) => _recording?.OutputAsync(printed) ?? ValueTask.CompletedTask;

    public async ValueTask ResizeAsync(TerminalSize size)
    {
        _connection.Emit(Numbered(new ResizeEvent { Size = size.ToString() }));
        if (_recording is not null)
        {
            await _recording.ResizeAsync(size);
        }
    }

    /// <summary>Says that files are copied in this session.</summary>
    public void Emit(ServerEvent happened) => _connection.Emit(Numbered(happened));

    /// <summary>Ends the session's events and its recording.</summary>
    public async ValueTask EndAsync(ProcessExit? exit, string? failure)
    {
        if (!_isTransfer)
        {
            EmitEnd(exit, failure);
        }

        _connection.Emit(Numbered(new SessionDataEvent { BytesSent = _connection.Activity.Sent, BytesReceived = _connection.Activity.Received }));
        if (_recording is not null)
        {
            try
            {
                await _recording.EndAsync(exit);
            }
            catch (IOException e)
            {
                _connection.Report(e, $"Completing the recording of session {SessionId}");
            }
        }
    }

    private void EmitEnd(ProcessExit? exit, string? failure)
    {
        if (_request.Command is { } command && !IsInteractive)
        {
            _connection.Emit(Numbered(new ExecEvent
            {
                Command = command,
                ExitCode = exit?.Code.ToString(CultureInfo.InvariantCulture),
                ExitError = failure ?? Describe(exit),
            }));
        }

        _connection.Emit(Numbered(new SessionLeaveEvent()));
        _connection.Emit(Numbered(new SessionEndEvent
        {
            Interactive = IsInteractive,
            Participants = [_connection.User.Identity.UserName],
            SessionStart = _started,
            SessionStop = _connection.Context.Time.GetUtcNow(),
            InitialCommand = InitialCommand,
            SessionRecording = _mode,
        }));
    }

    private RecordedSession Describe()
    {
        NodeContext context = _connection.Context;
        return new RecordedSession
        {
            SessionId = SessionId,
            User = _connection.User.Identity.UserName,
            Login = _connection.User.Local.Name,
            ServerId = context.Self().Metadata.Name,
            ServerHostname = context.Self().Spec.Hostname,
            ClusterName = context.Cluster().ClusterName,
            Started = _started,
            Size = IsInteractive ? _request.Size : null,
            Terminal = IsInteractive ? _request.Term : null,
            Command = _request.Command,
        };
    }

    private static string? Describe(ProcessExit? exit) => exit switch
    {
        null => "its user left it behind",
        { Signal: > 0 and var signal } => $"ended by signal {SignalNames.Name(signal)}",
        { Code: 0 } => null,
        { Code: var code } => $"exited with status {code}",
    };

    private ServerEvent Numbered(ServerEvent happened) =>
        happened with { SessionId = SessionId.ToString("D"), Index = Interlocked.Increment(ref _index) - 1 };
}
