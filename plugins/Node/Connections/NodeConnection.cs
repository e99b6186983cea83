using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Node.Forwarding;
using Teleport.Node.Sessions;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Node.Connections;

/// <summary>What an authenticated user may open: sessions and forwardings. Access is asked again for each.</summary>
internal sealed partial class NodeConnection : ISshConnectionHandler, IAsyncDisposable
{
    /// <summary>Sessions of one connection, whatever the roles say.</summary>
    private const int MaxSessions = 200;

    private static readonly TimeSpan AnnounceTime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<SessionChannel> _sessions = [];
    private readonly AccessGate _access;
    private readonly RemoteForwards _forwards;
    private readonly ILogger _logger;

    public NodeConnection(NodeContext context, AccessGate access, ConnectionOrigin origin, EventStamp stamp, SshConnection ssh)
    {
        (Context, _access, Origin, Stamp, Ssh) = (context, access, origin, stamp, ssh);
        User = (AuthenticatedUser)ssh.Identity!;
        Activity = new ActivityMeter(context.Time);
        _logger = context.Loggers.CreateLogger<NodeConnection>();
        _forwards = new RemoteForwards(this);
        Agent = new AgentForward(this);
    }

    public NodeContext Context { get; }

    public ConnectionOrigin Origin { get; }

    public EventStamp Stamp { get; }

    public SshConnection Ssh { get; }

    public AuthenticatedUser User { get; }

    public ActivityMeter Activity { get; }

    /// <summary>The way to the client's key agent.</summary>
    public AgentForward Agent { get; }

    /// <summary>What runs for this connection; it ends after them.</summary>
    public OwnedTasks Tasks { get; } = new();

    /// <summary>Whether nothing would be lost by ending it.</summary>
    public bool IsUnused => Ssh.ChannelCount == 0 && _forwards.Count == 0;

    /// <summary>Asks whether the user may still use this node.</summary>
    /// <returns>The grant as of now, or why not.</returns>
    public (NodeGrant? Grant, string? Refusal) Authorize() => _access.Check(User.Identity, User.Grant.Login, Origin.Remote);

    public async ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        (NodeGrant? grant, string? refusal) = Authorize();
        if (grant is null)
        {
            Stamp.Emit(new AuthFailedEvent { Error = refusal! });
            open.Reject(ChannelOpenFailure.AdministrativelyProhibited, refusal!);
            return;
        }

        switch (open.Type)
        {
            case "session":
                OpenSession(open, grant.Permissions);
                break;
            case "direct-tcpip":
                await DirectForward.TcpAsync(this, open, grant.Permissions);
                break;
            case "direct-streamlocal@openssh.com":
                await DirectForward.UnixAsync(this, open, grant.Permissions);
                break;
            default:
                open.Reject(ChannelOpenFailure.UnknownChannelType, $"Channels of the type {open.Type} are not known here.");
                break;
        }
    }

    public async ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        switch (name)
        {
            case "x-teleport-version":
                return SshGlobalReply.Success(System.Text.Encoding.UTF8.GetBytes(Context.Instance.Version));
            case "tcpip-forward":
                return await _forwards.ListenAsync(SshPayload.Parse<TcpipForward>(payload));
            case "cancel-tcpip-forward":
                return _forwards.Cancel(SshPayload.Parse<CancelTcpipForward>(payload));
            case "streamlocal-forward@openssh.com":
                return await _forwards.ListenAsync(SshPayload.Parse<StreamLocalForward>(payload));
            case "cancel-streamlocal-forward@openssh.com":
                return _forwards.Cancel(SshPayload.Parse<CancelStreamLocalForward>(payload));
            default:
                return SshGlobalReply.Failure;
        }
    }

    /// <summary>Serves until the connection has ended, and ends it when it has to.</summary>
    public async Task RunAsync(CancellationToken abort)
    {
        Task<string> limit = ConnectionWatch.WaitAsync(User.Grant.Permissions, Activity, Context.Time, Ssh.Closed);
        Task<string> grant = GrantWatch.WaitForEndAsync(User.Identity, Context.Cluster, Context.Time, Ssh.Closed);
        using (abort.Register(() => Tasks.Own(EndAsync("it is shutting down"))))
        {
            await Task.WhenAny(limit, grant, Ssh.Completion);
            if ((limit.IsCompletedSuccessfully ? limit : grant) is { IsCompletedSuccessfully: true } end)
            {
                Emit(new ClientDisconnectEvent { Reason = await end });
                await EndAsync(await end);
            }

            await Ssh.Completion;
        }

    }

    /// <summary>Ends the connection and waits for all that ran for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Ssh.DisposeAsync();
        await _forwards.DisposeAsync();
        Agent.Dispose();
        await Tasks.WaitAsync();
    }

    /// <summary>Tells everybody at a terminal why, and closes the connection.</summary>
    public async Task EndAsync(string reason)
    {
        string text = $"the connection was closed by the server: {reason}";
        SessionChannel[] sessions;
        lock (_gate)
        {
            sessions = [.. _sessions];
        }

        await Task.WhenAll(sessions.Select(session => session.TellAsync(text, AnnounceTime)));
        await Ssh.CloseAsync(SshDisconnectReason.ByApplication, text);
    }

    /// <summary>Takes an event. That it cannot be kept is reported by whoever keeps them, and ends nothing that has begun.</summary>
    public void Emit(ServerEvent happened)
    {
        try
        {
            Stamp.Emit(happened);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Limit)
        {
            LogEventLost(happened.Code, e.Message);
        }
    }

    /// <summary>For what fails in the background of this connection, and only there.</summary>
    public void Report(Exception failure, string what) => LogFailed(what, failure.Message);

    internal void Forget(SessionChannel session)
    {
        lock (_gate)
        {
            _sessions.Remove(session);
        }
    }

    private void OpenSession(SshChannelOpen open, SessionPermissions permissions)
    {
        int limit = permissions.MaxSessions > 0 ? Math.Min(permissions.MaxSessions, MaxSessions) : MaxSessions;
        lock (_gate)
        {
            if (_sessions.Count < limit)
            {
                var session = new SessionChannel(this, permissions);
                _sessions.Add(session);
                SshChannel channel = open.Accept(session);
                Tasks.Own(session.RunAsync(channel));
                return;
            }
        }

        Emit(new SessionRejectedEvent { Reason = "max_sessions limit reached", Max = limit });
        open.Reject(ChannelOpenFailure.ResourceShortage, $"This connection has {limit} sessions already, which is the limit of max_sessions.");
    }

    [LoggerMessage(4020, LogLevel.Error, "The audit event {Code} of a running connection could not be kept: {Reason}")]
    private partial void LogEventLost(string code, string reason);

    [LoggerMessage(4021, LogLevel.Warning, "{What} failed: {Reason}")]
    private partial void LogFailed(string what, string reason);
}
