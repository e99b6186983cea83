using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Proxy.Configuration;

namespace Teleport.Proxy.FrontDoor;

/// <summary>Accepts the connections of one address and hands each to the dispatcher. Owns what it accepted until that is done.</summary>
internal sealed partial class FrontDoorListener(
    ListenerPlan plan, ConnectionAdmission admission, ILogger<FrontDoorListener> logger) : IDisposable
{
    private const int Backlog = 4096;
    private static readonly TimeSpan RefusalLogInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Socket _socket = new(plan.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private readonly TaskCounter _running = new();
    private long _lastRefusalLog = long.MinValue;

    /// <summary>What is served here.</summary>
    public ListenerServices Services => plan.Services;

    /// <summary>The address, with the port that was free if any was wished.</summary>
    public IPEndPoint EndPoint { get; private set; } = plan.EndPoint;

    /// <summary>Takes the address. Nobody is let in before <see cref="AcceptAsync"/>.</summary>
    /// <exception cref="TeleportException">Code <c>unavailable</c>: it is taken, or not ours to take.</exception>
    public void Bind()
    {
        try
        {
            if (plan.EndPoint.Address.Equals(IPAddress.IPv6Any))
            {
                _socket.DualMode = true;
            }

            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _socket.Bind(plan.EndPoint);
            EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        }
        catch (SocketException e)
        {
            string what = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"another program uses it. Stop that program, or choose another address with proxy_service.{plan.Keys}",
                SocketError.AccessDenied => "ports below 1024 need root, or the capability CAP_NET_BIND_SERVICE",
                SocketError.AddressNotAvailable => $"this machine has no such address. Set proxy_service.{plan.Keys} to one that it has, or to 0.0.0.0 for all",
                _ => e.Message,
            };
            throw new TeleportException(ErrorCode.Unavailable, $"Cannot listen on {plan.EndPoint} (proxy_service.{plan.Keys}): {what}.", e);
        }
    }

    /// <summary>Accepts until told to stop; then takes no more.</summary>
    /// <param name="dispatcher">Serves what is accepted.</param>
    /// <param name="draining">Take no more connections.</param>
    /// <param name="abort">Drop those that there are.</param>
    public async Task AcceptAsync(ConnectionDispatcher dispatcher, CancellationToken draining, CancellationToken abort)
    {
        _socket.Listen(Backlog);
        TimeSpan pause = FirstPause;
        while (!draining.IsCancellationRequested)
        {
            try
            {
                Socket accepted = await _socket.AcceptAsync(draining);
                pause = FirstPause;
                Take(accepted, dispatcher, abort);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException e)
            {
                // Out of descriptors, mostly: others will close, and a busy loop would help nobody.
                LogAcceptFailed(EndPoint, e.Message);
                await Task.Delay(pause, CancellationToken.None);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        _socket.Dispose();
    }

    /// <summary>Ends when all connections have.</summary>
    public Task WhenIdleAsync() => _running.WhenZeroAsync();

    public void Dispose() => _socket.Dispose();

    private void Take(Socket accepted, ConnectionDispatcher dispatcher, CancellationToken abort)
    {
        IPEndPoint client;
        try
        {
            client = (IPEndPoint)accepted.RemoteEndPoint!;
            accepted.NoDelay = true;
        }
        catch (SocketException)
        {
            // It hung up between its arrival and our looking at it.
            accepted.Dispose();
            return;
        }

        AdmissionTicket? ticket = admission.TryAdmit(client.Address, accepted.Dispose);
        if (ticket is null)
        {
            ProxyMetrics.Refused.Add(1);
            accepted.Dispose();
            LogFullNowAndThen();
            return;
        }

        _running.Add(ServeAsync(new FrontDoorConnection(accepted, client, plan.Services, ticket), dispatcher, abort));
    }

    private static async Task ServeAsync(FrontDoorConnection connection, ConnectionDispatcher dispatcher, CancellationToken abort)
    {
        // The accept loop goes on at once, whatever the dispatcher does first.
        await Task.Yield();
        using (connection)
        {
            ProxyMetrics.Connections.Add(1);
            try
            {
                await dispatcher.DispatchAsync(connection, abort);
            }
            finally
            {
                ProxyMetrics.Connections.Add(-1);
            }
        }
    }

    private void LogFullNowAndThen()
    {
        long now = Environment.TickCount64;
        if (now - _lastRefusalLog > RefusalLogInterval.TotalMilliseconds)
        {
            _lastRefusalLog = now;
            LogFull(EndPoint, admission.Count);
        }
    }

    [LoggerMessage(3000, LogLevel.Warning, "Cannot accept connections on {EndPoint} for the moment: {Reason}. If this repeats, raise the limit of open files of this process.")]
    private partial void LogAcceptFailed(IPEndPoint endPoint, string reason);

    [LoggerMessage(3001, LogLevel.Warning, "Refusing connections on {EndPoint}: {Count} are open, which is the limit. Raise teleport.connection_limits.max_connections if these are wanted.")]
    private partial void LogFull(IPEndPoint endPoint, int count);
}
