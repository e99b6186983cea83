using System.Net;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Proxy.Configuration;
using Teleport.Proxy.FrontDoor;
using Teleport.Proxy.Tunnels;
using Teleport.Ssh;

namespace Teleport.Proxy.SshGateway;

/// <summary>Serves SSH connections: logs users and agents in, and keeps their connections until they end.</summary>
internal sealed partial class SshEntrance(
    SshEntranceOptions options, RouteConnector connector, TunnelRegistry tunnels, RefusalAudit refusals, UserLimit users, ILogger<SshEntrance> logger)
    : IConnectionServer, ISshEntrance
{
    private const ListenerServices AnySsh = ListenerServices.Ssh | ListenerServices.Tunnels;

    // Clients offer every key of their agent before the certificate.
    private const int MaxAuthAttempts = 20;

    // Half-dead connections of agents behind address translation are found soon, so that they open new ones.
    private static readonly TimeSpan LongestKeepAlive = TimeSpan.FromMinutes(1);

    public Task ServeAsync(FrontDoorConnection connection, CancellationToken abort) => RunAsync(
        server => connection.Prefix.Length == 0
            ? SshConnection.AcceptAsync(connection.Socket, server, abort)
            : SshConnection.AcceptAsync(connection.OpenStream(), server, abort),
        connection,
        connection.Services & AnySsh,
        abort);

    public Task ServeAsync(Stream transport, FrontDoorConnection connection, ListenerServices services, CancellationToken abort) =>
        RunAsync(server => SshConnection.AcceptAsync(transport, server, abort), connection, services, abort);

    private async Task RunAsync(
        Func<SshServerOptions, Task<SshConnection>> accept, FrontDoorConnection connection, ListenerServices services, CancellationToken abort)
    {
        EndPoint? local = connection.Socket.LocalEndPoint;
        var authenticator = new GatewayAuthenticator(options.Cluster, services, connection.Client, options.Time);
        ISshConnectionHandler? handler = null;
        SshConnection ssh;
        try
        {
            ssh = await accept(new SshServerOptions
            {
                Transport = Transport(),
                HostKeys = [options.Credential()],
                Authenticator = authenticator,
                MaxAuthAttempts = MaxAuthAttempts,
                HandlerFactory = c => handler = HandlerFor(c, connection.Client),
            });
        }
        catch (SshException e)
        {
            LogNotLoggedIn(connection.Client, e.Message);
            refusals.Report(authenticator, connection.Client, local);
            return;
        }

        await using (ssh)
        {
            connection.Ticket.Promote(AdmissionStage.Authenticated);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(abort, ssh.Closed);
            await (handler switch
            {
                AgentConnectionHandler agent => KeepAgentAsync(agent.Tunnel, stop.Token),
                UserConnectionHandler user => KeepUserAsync(ssh, ((Caller)ssh.Identity!).User!, user, stop.Token),
                _ => throw new InvalidOperationException("The connection was accepted without a handler."),
            });
        }
    }

    private ISshConnectionHandler HandlerFor(SshConnection ssh, IPEndPoint client)
    {
        var caller = (Caller)ssh.Identity!;
        return caller.Host is { } agent
            ? new AgentConnectionHandler(new AgentTunnel(ssh, agent, options.Time), options.Information.Version)
            : new UserConnectionHandler(caller, ssh.UserName, client, connector, options.Information);
    }

    private async Task KeepAgentAsync(AgentTunnel tunnel, CancellationToken stop)
    {
        await using CancellationTokenRegistration registration = stop.Register(tunnel.Abandon);
        await tunnels.ServeAsync(tunnel, options.KeepAliveInterval(), options.Draining);
    }

    private async Task KeepUserAsync(SshConnection ssh, UserIdentity user, UserConnectionHandler handler, CancellationToken stop)
    {
        if (!users.TryEnter(user.UserName))
        {
            LogTooManyUsers(user.UserName, users.Max);
            await ssh.CloseAsync(SshDisconnectReason.TooManyConnections, $"the proxy serves {users.Max} users already, which is its limit");
            return;
        }

        try
        {
            string? reason = await WaitForEndAsync(user, handler, stop);
            if (reason is not null)
            {
                await ssh.CloseAsync(SshDisconnectReason.ByApplication, reason);
            }

            await ssh.DisposeAsync();
            await handler.WhenIdleAsync();
        }
        finally
        {
            users.Leave(user.UserName);
        }
    }

    /// <summary>Waits until the connection ends, or must end.</summary>
    /// <returns>Why it must end; <c>null</c>: it did.</returns>
    private async Task<string?> WaitForEndAsync(UserIdentity user, UserConnectionHandler handler, CancellationToken stop)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task drained = DrainedAsync(handler, waiting.Token);
        bool ends = user.ActiveRequests.Count > 0 || options.Cluster().AuthPreference.DisconnectExpiredCert;
        Task expired = ends ? UntilAsync(user.Expires, waiting.Token) : drained;
        Task<string?> grant = GrantAsync(user, waiting.Token);
        Task first = await Task.WhenAny(drained, expired, grant);
        string? reason = stop.IsCancellationRequested ? null
            : first == grant ? await grant
            : options.Draining.IsCancellationRequested && first == drained ? "the proxy is shutting down"
            : "your certificate has expired: run tsh login";
        await waiting.CancelAsync();
        await Task.WhenAll(drained, expired, grant);
        return reason;
    }

    private async Task DrainedAsync(UserConnectionHandler handler, CancellationToken stop)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, options.Draining);
            await Task.Delay(Timeout.InfiniteTimeSpan, either.Token);
        }
        catch (OperationCanceledException)
        {
            if (!stop.IsCancellationRequested)
            {
                await Task.WhenAny(handler.WhenIdleAsync(), Task.Delay(Timeout.InfiniteTimeSpan, stop));
            }
        }
    }

    private async Task<string?> GrantAsync(UserIdentity user, CancellationToken stop)
    {
        try
        {
            await GrantWatch.WaitUntilHeardAsync(user, options.Cluster, options.Time, stop);
            return await GrantWatch.WaitForEndAsync(user, options.Cluster, options.Time, stop);
        }
        catch (OperationCanceledException)
        {
            // The connection ended before its grant.
            return null;
        }
    }

    private async Task UntilAsync(DateTimeOffset end, CancellationToken stop)
    {
        try
        {
            for (TimeSpan left = end - options.Time.GetUtcNow(); left > TimeSpan.Zero; left = end - options.Time.GetUtcNow())
            {
                // A timer holds at most 49 days.
                await Task.Delay(left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1), options.Time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection ended before its certificate.
        }
    }

    private SshTransportOptions Transport()
    {
        TimeSpan interval = options.KeepAliveInterval();
        return new SshTransportOptions
        {
            Algorithms = options.Algorithms,
            KeepAliveInterval = interval < LongestKeepAlive ? interval : LongestKeepAlive,
            KeepAliveCountMax = Math.Max(1, options.Cluster().Networking.KeepAliveCountMax),
            TimeProvider = options.Time,
            OnHandlerError = (connection, exception) => LogHandlerFailed(exception, connection.UserName, connection.RemoteEndPoint),
        };
    }

    [LoggerMessage(3031, LogLevel.Debug, "{Client} did not log in over SSH: {Reason}")]
    private partial void LogNotLoggedIn(IPEndPoint client, string reason);

    [LoggerMessage(3032, LogLevel.Warning, "Refused {User}: {Max} users are connected, which is the limit. Raise teleport.connection_limits.max_users if they are wanted.")]
    private partial void LogTooManyUsers(string user, int max);

    [LoggerMessage(3033, LogLevel.Error, "A request of {Login} from {Client} failed. Please report this.")]
    private partial void LogHandlerFailed(Exception exception, string login, EndPoint? client);
}
