using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Access;
using Teleport.Agent;
using Teleport.Ssh;

namespace Teleport.Node.Connections;

/// <summary>Serves SSH connections, wherever they come from: the listener, or a proxy's tunnel.</summary>
internal sealed partial class NodeServer(NodeContext context)
{
    /// <summary>What one user may open at once on one connection: sessions and forwarded connections.</summary>
    private const int MaxChannels = 500;

    private static readonly TimeSpan LoginTime = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly HashSet<NodeConnection> _connections = [];
    private readonly AccessGate _access = new(context);
    private readonly ProxyHeaderVerifier _headers = new(context.Self().Metadata.Name, context.Cluster, context.Time);
    private readonly ConnectionCounter _counter = new(context.Instance.ConnectionLimits.MaxConnections);
    private readonly OwnedTasks _tasks = new();
    private readonly ILogger _logger = context.Loggers.CreateLogger<NodeServer>();
    private volatile bool _draining;

    /// <summary>How many connections are served now.</summary>
    public int ConnectionCount => _counter.Total;

    /// <summary>Accepts connections until told to stop.</summary>
    public async Task ListenAsync(Socket listener, CancellationToken stop, CancellationToken abort)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e) when (!stop.IsCancellationRequested)
            {
                // One client that was gone again, or no descriptors left: neither ends the service.
                LogAcceptFailed(e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), context.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
                continue;
            }

            socket.NoDelay = true;
            if (socket is { RemoteEndPoint: IPEndPoint remote, LocalEndPoint: IPEndPoint local })
            {
                _ = ServeAsync(new NetworkStream(socket, ownsSocket: true), local, remote, abort);
            }
            else
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>Serves one connection to its end. Never throws.</summary>
    /// <param name="stream">The connection; owned.</param>
    /// <param name="local">The node's end.</param>
    /// <param name="remote">The other end; <c>null</c>: not known, as in a tunnel, unless the proxy says it.</param>
    /// <param name="abort">Ends it at once.</param>
    public Task ServeAsync(Stream stream, IPEndPoint local, IPEndPoint? remote, CancellationToken abort)
    {
        Task serving = ServeOneAsync(stream, local, remote, abort);
        _tasks.Own(serving);
        return serving;
    }

    /// <summary>Takes nothing new, ends what is unused, and waits for the rest.</summary>
    public async Task DrainAsync()
    {
        _draining = true;
        NodeConnection[] unused;
        lock (_gate)
        {
            unused = [.. _connections.Where(static connection => connection.IsUnused)];
        }

        await Task.WhenAll(unused.Select(static connection => connection.EndAsync("it is shutting down")));
        await _tasks.WaitAsync();
    }

    private async Task ServeOneAsync(Stream stream, IPEndPoint local, IPEndPoint? remote, CancellationToken abort)
    {
        IPAddress address = remote?.Address ?? IPAddress.None;
        if (_draining || !_counter.TryEnter(address))
        {
            LogRefused(remote?.ToString(), _counter.Total);
            await stream.DisposeAsync();
            return;
        }

        bool isLoggingIn = true;
        try
        {
            var origin = new ConnectionOrigin(local, remote);
            var stamp = new EventStamp(context, origin);
            var headed = new ProxyHeaderStream(stream, header => AcceptHeader(header, origin));
            NodeConnection? handler = null;
            await SshConnection.AcceptAsync(headed, Options(origin, stamp, connection => handler = Handler(connection, origin, stamp)), abort);
            isLoggingIn = false;
            _counter.OnLoginEnded(address);
            await RunAsync(handler!, abort);
        }
        catch (Exception e) when (e is SshException or IOException or SocketException or TeleportException or OperationCanceledException)
        {
            LogEnded(remote?.ToString(), e.Message);
        }
        // A supervision boundary: one connection's failure is reported and ends nothing else.
        catch (Exception e)
        {
            LogFailed(e, remote?.ToString());
        }
        finally
        {
            if (isLoggingIn)
            {
                _counter.OnLoginEnded(address);
            }

            _counter.Leave();
        }
    }

    private async Task RunAsync(NodeConnection handler, CancellationToken abort)
    {
        NodeMetrics.Connections.Add(1);
        lock (_gate)
        {
            _connections.Add(handler);
        }

        try
        {
            await handler.RunAsync(abort);
        }
        finally
        {
            lock (_gate)
            {
                _connections.Remove(handler);
            }

            await handler.DisposeAsync();
            NodeMetrics.Connections.Add(-1);
        }
    }

    private NodeConnection Handler(SshConnection connection, ConnectionOrigin origin, EventStamp stamp) => new(context, _access, origin, stamp, connection);

    private SshServerOptions Options(ConnectionOrigin origin, EventStamp stamp, Func<SshConnection, ISshConnectionHandler> handler)
    {
        ClusterSnapshot cluster = context.Cluster();
        return new SshServerOptions
        {
            HostKeys = [context.HostCredential()],
            Authenticator = new NodeAuthenticator(context, _access, origin, stamp),
            HandlerFactory = handler,
            Transport = new SshTransportOptions
            {
                Algorithms = SshAlgorithmChoice.Of(context.Instance),
                HandshakeTimeout = LoginTime,
                KeepAliveInterval = Durations.Parse(cluster.Networking.KeepAliveInterval, "keep_alive_interval") ?? TimeSpan.Zero,
                KeepAliveCountMax = cluster.Networking.KeepAliveCountMax,
                MaxChannels = MaxChannels,
                TimeProvider = context.Time,
                OnHandlerError = OnHandlerError,
            },
        };
    }

    private void AcceptHeader(ReadOnlySpan<byte> header, ConnectionOrigin origin) =>
        origin.Remote = _headers.Verify(header);

    private void OnHandlerError(SshConnection connection, Exception e) => LogHandlerFailed(connection.UserName, e);

    [LoggerMessage(4001, LogLevel.Warning, "Cannot accept a connection: {Reason}")]
    private partial void LogAcceptFailed(string reason);

    [LoggerMessage(4002, LogLevel.Warning, "Refused a connection from {Remote}: {Count} are open, or too many of that address are logging in, or the node is draining. See teleport.connection_limits.")]
    private partial void LogRefused(string? remote, int count);

    [LoggerMessage(4003, LogLevel.Debug, "The connection from {Remote} ended: {Reason}")]
    private partial void LogEnded(string? remote, string reason);

    [LoggerMessage(4004, LogLevel.Error, "The connection from {Remote} failed.")]
    private partial void LogFailed(Exception e, string? remote);

    [LoggerMessage(4005, LogLevel.Warning, "A request of {Login} failed.")]
    private partial void LogHandlerFailed(string login, Exception e);
}
