using System.Net;
using System.Net.Sockets;
using Teleport.Ssh.Messages;

namespace Teleport.Ssh.Forwarding;

/// <summary>Listens here as a SOCKS proxy and lets the server dial what each client names (<c>ssh -D</c>).</summary>
public sealed class DynamicForwarder : IAsyncDisposable
{
    private readonly ForwardingListener _listener;

    private DynamicForwarder(ForwardingListener listener) => _listener = listener;

    /// <summary>Where it listens.</summary>
    public EndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>Ends with the forwarder or the connection. Never faults.</summary>
    public Task Completion => _listener.Completion;

    /// <summary>Begins to listen.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="listenOn">An IP address and port (0 for a free one), or the path of a Unix socket.</param>
    /// <exception cref="SocketException">It cannot listen there.</exception>
    public static DynamicForwarder Start(SshConnection connection, EndPoint listenOn)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new DynamicForwarder(ForwardingListener.Start(connection, listenOn, async (socket, ct) =>
        {
            SocksRequest request = await SocksRequest.ReceiveAsync(socket, ct);
            (string originHost, uint originPort) = ForwardingListener.OriginOf(socket);
            try
            {
                DirectTcpip target = new(request.Host, request.Port, originHost, originPort);
                SshChannel channel = await connection.OpenChannelAsync(target, handler: null, ct);
                await request.AnswerAsync(socket, granted: true, ct);
                return channel;
            }
            catch (SshChannelOpenException)
            {
                await request.AnswerAsync(socket, granted: false, ct);
                throw;
            }
        }));
    }

    /// <summary>Stops listening and ends the connections that were forwarded.</summary>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}
