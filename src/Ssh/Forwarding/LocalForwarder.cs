using System.Net;
using System.Net.Sockets;
using Teleport.Ssh.Messages;

namespace Teleport.Ssh.Forwarding;

/// <summary>Listens here and lets the server dial a fixed target for each connection (<c>ssh -L</c>).</summary>
public sealed class LocalForwarder : IAsyncDisposable
{
    private readonly ForwardingListener _listener;

    private LocalForwarder(ForwardingListener listener) => _listener = listener;

    /// <summary>Where it listens.</summary>
    public EndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>Ends with the forwarder or the connection. Never faults.</summary>
    public Task Completion => _listener.Completion;

    /// <summary>Begins to listen.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="listenOn">An IP address and port (0 for a free one), or the path of a Unix socket.</param>
    /// <param name="host">The host that the server dials.</param>
    /// <param name="port">Its port.</param>
    /// <exception cref="SocketException">It cannot listen there.</exception>
    public static LocalForwarder Start(SshConnection connection, EndPoint listenOn, string host, int port)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new LocalForwarder(ForwardingListener.Start(connection, listenOn, async (socket, ct) =>
        {
            (string originHost, uint originPort) = ForwardingListener.OriginOf(socket);
            return await connection.OpenChannelAsync(new DirectTcpip(host, (uint)port, originHost, originPort), handler: null, ct);
        }));
    }

    /// <summary>Begins to listen, for a Unix socket on the server's side.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="listenOn">An IP address and port (0 for a free one), or the path of a Unix socket.</param>
    /// <param name="path">The path of the socket that the server dials.</param>
    /// <exception cref="SocketException">It cannot listen there.</exception>
    public static LocalForwarder Start(SshConnection connection, EndPoint listenOn, string path)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new LocalForwarder(ForwardingListener.Start(connection, listenOn, async (_, ct) =>
            await connection.OpenChannelAsync(new DirectStreamLocal(path, string.Empty, 0), handler: null, ct)));
    }

    /// <summary>Stops listening and ends the connections that were forwarded.</summary>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}
