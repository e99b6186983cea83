using System.Net;
using System.Net.Sockets;

namespace Teleport.Ssh.Forwarding;

/// <summary>Accepts connections and relays each over a channel. One that fails does not disturb the others.</summary>
internal sealed class ForwardingListener : IAsyncDisposable
{
    private const int Backlog = 128;

    /// <summary>How long a client may take to say what it wants, and the server to dial it.</summary>
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Socket _listener;
    private readonly Func<Socket, CancellationToken, Task<SshChannel>> _open;
    private readonly CancellationTokenSource _stop;
    private readonly TimeProvider _timeProvider;
    private readonly HashSet<Task> _relays = [];

    private ForwardingListener(SshConnection connection, Socket listener, Func<Socket, CancellationToken, Task<SshChannel>> open)
    {
        _listener = listener;
        _open = open;
        _timeProvider = connection.TimeProvider;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(connection.Closed);
        Completion = AcceptAsync();
    }

    public EndPoint LocalEndPoint => _listener.LocalEndPoint!;

    public Task Completion { get; }

    public static ForwardingListener Start(
        SshConnection connection, EndPoint listenOn, Func<Socket, CancellationToken, Task<SshChannel>> open)
    {
        bool isUnix = listenOn is UnixDomainSocketEndPoint;
        Socket listener = new(listenOn.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            listener.Bind(listenOn);
            listener.Listen(Backlog);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        return new ForwardingListener(connection, listener, open);
    }

    public static (string Host, uint Port) OriginOf(Socket socket) => socket.RemoteEndPoint is IPEndPoint ip
        ? (ip.Address.ToString(), (uint)ip.Port)
        : (string.Empty, 0);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Completion;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                Own(RelayAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Stopped, or out of descriptors: the owner sees the completion.
        }
        finally
        {
            _listener.Dispose();
        }

        await Task.WhenAll(Relays());
    }

    private async Task RelayAsync(Socket socket)
    {
        try
        {
            using CancellationTokenSource timeout = new(OpenTimeout, _timeProvider);
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
            SshChannel channel = await _open(socket, limit.Token);
            await StreamRelay.RunAsync(channel, socket, _stop.Token);
        }
        catch (Exception exception) when (exception is SshException or SocketException or IOException or OperationCanceledException)
        {
            // The client of this one connection sees it closed.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private void Own(Task relay)
    {
        lock (_gate)
        {
            _relays.RemoveWhere(task => task.IsCompleted);
            _relays.Add(relay);
        }
    }

    private Task[] Relays()
    {
        lock (_gate)
            return [.. _relays];
    }
}
