using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Proxy.Relaying;
using Teleport.Ssh;

namespace Teleport.Proxy.Tunnels;

/// <summary>The tunnels that are open, one for each agent: the newest. Safe for use by several threads.</summary>
internal sealed partial class TunnelRegistry(ILogger<TunnelRegistry> logger, TimeProvider time)
{
    private const int MissedHeartbeats = 3;
    private static readonly TimeSpan DrainCheck = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, AgentTunnel> _tunnels = new(StringComparer.OrdinalIgnoreCase);

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _tunnels.Count;
            }
        }
    }

    /// <summary>Keeps a tunnel until its connection ends. An older one of the same agent gets no new connections and ends with its last.</summary>
    /// <param name="tunnel">The tunnel.</param>
    /// <param name="heartbeatInterval">How often the agent is to be heard.</param>
    /// <param name="draining">Fires when the proxy takes no new work.</param>
    public async Task ServeAsync(AgentTunnel tunnel, TimeSpan heartbeatInterval, CancellationToken draining)
    {
        AgentTunnel? older;
        lock (_gate)
        {
            _tunnels.TryGetValue(KeyOf(tunnel.Agent.Role, tunnel.Agent.HostId), out older);
            _tunnels[KeyOf(tunnel.Agent.Role, tunnel.Agent.HostId)] = tunnel;
        }

        ProxyMetrics.Tunnels.Add(1);
        LogOpened(tunnel.Agent.HostId, tunnel.Agent.Role.ToString(), tunnel.Connection.RemoteVersion, older is not null);
        try
        {
            await WatchAsync(tunnel, heartbeatInterval, draining);
        }
        finally
        {
            lock (_gate)
            {
                if (_tunnels.TryGetValue(KeyOf(tunnel.Agent.Role, tunnel.Agent.HostId), out AgentTunnel? current) && ReferenceEquals(current, tunnel))
                {
                    _tunnels.Remove(KeyOf(tunnel.Agent.Role, tunnel.Agent.HostId));
                }
            }

            ProxyMetrics.Tunnels.Add(-1);
            LogClosed(tunnel.Agent.HostId, tunnel.Connection.CloseReason?.Description ?? "");
        }
    }

    /// <summary>Opens a connection to a node through its tunnel.</summary>
    /// <exception cref="TeleportException">Code <c>unavailable</c>: it has none here.</exception>
    public Task<RelayTarget> DialAsync(Server node, CancellationToken cancellationToken) =>
        Find(SystemRole.Node, node.Metadata.Name) is { } tunnel
            ? tunnel.DialAsync(node.Spec.Hostname, cancellationToken)
            : throw TeleportException.Unavailable(
                $"the node {node.Spec.Hostname} has no tunnel to this proxy at the moment: check that it runs and that it reaches the tunnel port 3024 of the proxy");

    /// <summary>The tunnels of agents of a role, in the order of their host ids.</summary>
    public IReadOnlyList<AgentTunnel> OfRole(SystemRole role)
    {
        lock (_gate)
        {
            return [.. _tunnels.Values.Where(tunnel => tunnel.Agent.Role == role).OrderBy(static tunnel => tunnel.Agent.HostId, StringComparer.Ordinal)];
        }
    }

    private AgentTunnel? Find(SystemRole role, string hostId)
    {
        lock (_gate)
        {
            return _tunnels.GetValueOrDefault(KeyOf(role, hostId));
        }
    }

    private async Task WatchAsync(AgentTunnel tunnel, TimeSpan heartbeatInterval, CancellationToken draining)
    {
        TimeSpan longestSilence = heartbeatInterval * MissedHeartbeats;
        while (!tunnel.Connection.Completion.IsCompleted)
        {
            if (tunnel.Silence > longestSilence)
            {
                LogSilent(tunnel.Agent.HostId, tunnel.Silence);
                await tunnel.Connection.CloseAsync(SshDisconnectReason.ConnectionLost, "no heartbeat was heard for too long");
                return;
            }

            bool superseded = !ReferenceEquals(Find(tunnel.Agent.Role, tunnel.Agent.HostId), tunnel);
            if ((superseded || draining.IsCancellationRequested) && IsIdle(tunnel))
            {
                string why = superseded ? "a newer tunnel of this agent has taken over" : "the proxy is shutting down";
                await tunnel.Connection.CloseAsync(SshDisconnectReason.ByApplication, why);
                return;
            }

            TimeSpan pause = superseded || DrainCheck < longestSilence / 2 ? DrainCheck : longestSilence / 2;
            await Task.WhenAny(tunnel.Connection.Completion, DelayAsync(pause, draining));
        }
    }

    // One host may run several services, each with a tunnel of its own.
    private static string KeyOf(SystemRole role, string hostId) => $"{role}/{hostId}";

    // The agent's heartbeat is a channel, too.
    private static bool IsIdle(AgentTunnel tunnel) => tunnel.Connection.ChannelCount <= 1;

    private async Task DelayAsync(TimeSpan pause, CancellationToken draining)
    {
        // While draining the token has fired already; then only the pause counts.
        try
        {
            await Task.Delay(pause, time, draining.IsCancellationRequested ? CancellationToken.None : draining);
        }
        catch (OperationCanceledException)
        {
            // Draining began: look again at once.
        }
    }

    [LoggerMessage(3040, LogLevel.Information, "The agent {HostId} ({Role}, {Version}) opened a tunnel; in place of an older one: {Replaced}.")]
    private partial void LogOpened(string hostId, string role, string version, bool replaced);

    [LoggerMessage(3041, LogLevel.Information, "The tunnel of the agent {HostId} was closed. {Reason}")]
    private partial void LogClosed(string hostId, string reason);

    [LoggerMessage(3042, LogLevel.Warning, "No heartbeat of the agent {HostId} was heard for {Silence}: its tunnel is closed, it will open another.")]
    private partial void LogSilent(string hostId, TimeSpan silence);
}
