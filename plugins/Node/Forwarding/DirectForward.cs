using System.Globalization;
using System.Net.Sockets;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Node.Connections;
using Teleport.Node.Processes;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Node.Forwarding;

/// <summary>Connects from this host to where a client asks (<c>ssh -L</c>, <c>-D</c>, <c>-W</c>).</summary>
internal static class DirectForward
{
    private static readonly TimeSpan DialTime = TimeSpan.FromSeconds(30);

    /// <summary>Answers <c>direct-tcpip</c>; what is opened goes on by itself.</summary>
    public static async Task TcpAsync(NodeConnection connection, SshChannelOpen open, SessionPermissions permissions)
    {
        string target = "?";
        try
        {
            DirectTcpip request = open.Parse<DirectTcpip>();
            target = string.Create(CultureInfo.InvariantCulture, $"{request.Host}:{request.Port}");
            if (Refusal(connection, permissions) is { } refusal)
            {
                Refuse(connection, open, target, ChannelOpenFailure.AdministrativelyProhibited, refusal);
                return;
            }

            if (request.Port is 0 or > ushort.MaxValue)
            {
                Refuse(connection, open, target, ChannelOpenFailure.ConnectFailed, $"{request.Port} is no port.");
                return;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.Ssh.Closed);
            limit.CancelAfter(DialTime);
            var stream = (NetworkStream)await TcpDialer.ConnectAsync(new NetworkAddress(request.Host, (int)request.Port), limit.Token);
            stream.Socket.NoDelay = true;
            connection.Emit(new PortForwardEvent { Address = target, Success = true });
            connection.Tasks.Own(ChannelRelay.RunAsync(open.Accept(), stream.Socket, connection.Activity));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            string why = e is OperationCanceledException ? $"it did not answer within {DialTime.TotalSeconds:0} s" : e.Message;
            Refuse(connection, open, target, ChannelOpenFailure.ConnectFailed, $"Cannot connect to {target}: {why}");
        }
        catch (SshException)
        {
            // Malformed, which the library has answered, or the connection is lost.
        }
    }

    /// <summary>Answers <c>direct-streamlocal@openssh.com</c>, with the user's own rights to the socket.</summary>
    public static async Task UnixAsync(NodeConnection connection, SshChannelOpen open, SessionPermissions permissions)
    {
        string target = "?";
        try
        {
            target = open.Parse<DirectStreamLocal>().Path;
            if (Refusal(connection, permissions) is { } refusal)
            {
                Refuse(connection, open, target, ChannelOpenFailure.AdministrativelyProhibited, refusal);
                return;
            }

            Socket socket = UserSocket.Adopt(await connection.Context.Spawner.SocketAsync(connection.User.Local, SpawnMode.Connect, target));
            connection.Emit(new PortForwardEvent { Address = target, Success = true });
            connection.Tasks.Own(ChannelRelay.RunAsync(open.Accept(), socket, connection.Activity));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Refuse(connection, open, target, ChannelOpenFailure.ConnectFailed, e.Message);
        }
        catch (SshException)
        {
            // Malformed, which the library has answered, or the connection is lost.
        }
    }

    /// <summary>Why this user forwards nothing; <c>null</c>: they may.</summary>
    public static string? Refusal(NodeConnection connection, SessionPermissions permissions) =>
        !connection.Context.Options.PortForwarding ? "Forwarding ports is switched off on this node (ssh_service.port_forwarding)."
        : !permissions.PortForwarding ? "Your roles or your certificate do not allow forwarding ports. Ask an administrator for port_forwarding."
        : connection.User.ForcedCommand is not null ? "Your certificate is good for one command only, and for no forwarding."
        : null;

    private static void Refuse(NodeConnection connection, SshChannelOpen open, string target, ChannelOpenFailure reason, string why)
    {
        connection.Emit(new PortForwardEvent { Address = target, Success = false, Error = why });
        open.Reject(reason, why);
    }
}
