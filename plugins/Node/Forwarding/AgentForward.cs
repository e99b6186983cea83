using System.Net.Sockets;
using Teleport.Node.Connections;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Node.Forwarding;

/// <summary>A socket by which the programs of a connection reach the client's key agent. One for each connection, once it is asked for.</summary>
internal sealed class AgentForward(NodeConnection connection) : IDisposable
{
    private AgentSocket? _socket;

    /// <summary>The path of the socket.</summary>
    /// <returns><c>null</c>: it cannot be made.</returns>
    public string? Open()
    {
        try
        {
            if (_socket is null)
            {
                _socket = connection.Context.AgentSockets.Create(connection.User.Local);
                connection.Tasks.Own(AcceptAsync(_socket.Listener));
            }

            return _socket.Path;
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            connection.Report(e, "Making a socket for a forwarded key agent");
            return null;
        }
    }

    public void Dispose() => _socket?.Dispose();

    private async Task AcceptAsync(Socket listener)
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
                // The connection ended.
                return;
            }

            connection.Tasks.Own(ForwardAsync(accepted));
        }
    }

    private async Task ForwardAsync(Socket accepted)
    {
        try
        {
            SshChannel channel = await connection.Ssh.OpenChannelAsync(new AgentOpen(), ct: connection.Ssh.Closed);
            await ChannelRelay.RunAsync(channel, accepted, connection.Activity);
        }
        catch (Exception e) when (e is SshException or OperationCanceledException)
        {
            // The client has no agent any more, or has gone.
            accepted.Dispose();
        }
    }
}
