using System.Net.Sockets;
using Teleport.Ssh;
using Teleport.Ssh.Forwarding;

namespace Teleport.Tsh;

/// <summary>Serves what a host opens: connections to ports that were forwarded, and the key agent if that was asked for.</summary>
internal sealed class ClientConnectionHandler(RemoteForwarder remote, bool forwardsAgent) : ISshConnectionHandler
{
    public async ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        if (open.Type == "auth-agent@openssh.com" && forwardsAgent && Environment.GetEnvironmentVariable("SSH_AUTH_SOCK") is { Length: > 0 } path)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                open.Reject(ChannelOpenFailure.ConnectFailed, $"The key agent does not answer: {e.Message}");
                return;
            }

            await StreamRelay.RunAsync(open.Accept(), socket, ct);
        }
        else if (!await remote.TryAcceptAsync(open, ct))
        {
            open.Reject(ChannelOpenFailure.AdministrativelyProhibited, "This client did not ask for that.");
        }
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(name == "keepalive@openssh.com" ? SshGlobalReply.Success() : SshGlobalReply.Failure);
}
