using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Security;
using Teleport.Node.Connections;
using Teleport.Node.Processes;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Node.Forwarding;

/// <summary>Listens on this host for a client (<c>ssh -R</c>), on loopback only, as OpenSSH does without GatewayPorts.</summary>
internal sealed class RemoteForwards(NodeConnection connection) : IAsyncDisposable
{
    private const int MaxListeners = 64;
    private const int Backlog = 64;
    private const uint FirstFreePort = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Socket> _listeners = new(StringComparer.Ordinal);

    /// <summary>How many listeners there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _listeners.Count;
            }
        }
    }

    /// <summary>Listens on a TCP port.</summary>
    public ValueTask<SshGlobalReply> ListenAsync(TcpipForward request)
    {
        string target = Key(request.Address, request.Port);
        if (Refusal() is { } refusal)
        {
            return ValueTask.FromResult(Refuse(target, refusal));
        }

        if (request.Port > ushort.MaxValue)
        {
            return ValueTask.FromResult(Refuse(target, $"{request.Port} is no port."));
        }

        if (request.Port is > 0 and < FirstFreePort && connection.User.Local.UserId != 0)
        {
            return ValueTask.FromResult(Refuse(target, $"Only root may listen on the port {request.Port}; choose one from {FirstFreePort} on."));
        }

        Socket? listener = null;
        try
        {
            listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, (int)request.Port));
            listener.Listen(Backlog);
            uint port = (uint)((IPEndPoint)listener.LocalEndPoint!).Port;
            target = Key(request.Address, port);
            if (!TryKeep(target, listener))
            {
                listener.Dispose();
                return ValueTask.FromResult(Refuse(target, $"This connection listens on {MaxListeners} addresses already."));
            }

            connection.Emit(new PortForwardEvent { Address = target, Success = true });
            connection.Tasks.Own(AcceptAsync(listener, from => new ForwardedTcpip(
                request.Address, port, from is IPEndPoint ip ? ip.Address.ToString() : "", from is IPEndPoint ip2 ? (uint)ip2.Port : 0)));
            return ValueTask.FromResult(SshGlobalReply.Success(request.Port == 0 ? PortPayload(port) : default));
        }
        catch (SocketException e)
        {
            listener?.Dispose();
            return ValueTask.FromResult(Refuse(target, $"Cannot listen on the port {request.Port}: {e.Message}"));
        }
    }

    /// <summary>Listens on a Unix socket, which is the user's own.</summary>
    public async ValueTask<SshGlobalReply> ListenAsync(StreamLocalForward request)
    {
        if (Refusal() is { } refusal)
        {
            return Refuse(request.Path, refusal);
        }

        try
        {
            Socket listener = UserSocket.Adopt(await connection.Context.Spawner.SocketAsync(connection.User.Local, SpawnMode.Listen, request.Path));
            if (!TryKeep(request.Path, listener))
            {
                listener.Dispose();
                return Refuse(request.Path, $"This connection listens on {MaxListeners} addresses already.");
            }

            connection.Emit(new PortForwardEvent { Address = request.Path, Success = true });
            connection.Tasks.Own(AcceptAsync(listener, _ => new ForwardedStreamLocal(request.Path, "")));
            return SshGlobalReply.Success();
        }
        catch (IOException e)
        {
            return Refuse(request.Path, e.Message);
        }
    }

    public SshGlobalReply Cancel(CancelTcpipForward request) => Cancel(Key(request.Address, request.Port)) ? SshGlobalReply.Success() : SshGlobalReply.Failure;

    public SshGlobalReply Cancel(CancelStreamLocalForward request)
    {
        if (!Cancel(request.Path))
        {
            return SshGlobalReply.Failure;
        }

        connection.Tasks.Own(UnlinkAsync(request.Path));
        return SshGlobalReply.Success();
    }

    public async ValueTask DisposeAsync()
    {
        string[] keys;
        lock (_gate)
        {
            keys = [.. _listeners.Keys];
        }

        foreach (string key in keys.Where(Cancel).Where(static key => key.StartsWith('/')))
        {
            await UnlinkAsync(key);
        }
    }

    private static string Key(string address, uint port) => string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");

    private static byte[] PortPayload(uint port)
    {
        var payload = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(payload, port);
        return payload;
    }

    private string? Refusal()
    {
        (NodeGrant? grant, string? refusal) = connection.Authorize();
        return grant is null ? refusal : DirectForward.Refusal(connection, grant.Permissions);
    }

    private SshGlobalReply Refuse(string target, string why)
    {
        connection.Emit(new PortForwardEvent { Address = target, Success = false, Error = why });
        return SshGlobalReply.Failure;
    }

    private bool TryKeep(string key, Socket listener)
    {
        lock (_gate)
        {
            return _listeners.Count < MaxListeners && _listeners.TryAdd(key, listener);
        }
    }

    private bool Cancel(string key)
    {
        lock (_gate)
        {
            if (!_listeners.Remove(key, out Socket? listener))
            {
                return false;
            }

            listener.Dispose();
            return true;
        }
    }

    private async Task UnlinkAsync(string path)
    {
        try
        {
            await connection.Context.Spawner.SocketAsync(connection.User.Local, SpawnMode.Unlink, path);
        }
        catch (IOException e)
        {
            connection.Report(e, $"Removing the forwarded socket {path}");
        }
    }

    private async Task AcceptAsync<TOpen>(Socket listener, Func<EndPoint?, TOpen> describe)
        where TOpen : ISshPayload<TOpen>
    {
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await listener.AcceptAsync(connection.Ssh.Closed);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Cancelled, or the connection ended.
                return;
            }

            connection.Tasks.Own(ForwardAsync(accepted, describe(accepted.RemoteEndPoint)));
        }
    }

    private async Task ForwardAsync<TOpen>(Socket accepted, TOpen open)
        where TOpen : ISshPayload<TOpen>
    {
        try
        {
            SshChannel channel = await connection.Ssh.OpenChannelAsync(open, ct: connection.Ssh.Closed);
            await ChannelRelay.RunAsync(channel, accepted, connection.Activity);
        }
        catch (Exception e) when (e is SshException or OperationCanceledException)
        {
            // The client wants no more, or has gone.
            accepted.Dispose();
        }
    }
}
