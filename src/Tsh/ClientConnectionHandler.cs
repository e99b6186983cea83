using System.Net.Sockets;
using Teleport.Ssh;
using Teleport.Ssh.Forwarding;
using Teleport.Ssh.KeyAgent;
using Teleport.Ssh.Keys;

namespace Teleport.Tsh;

/// <summary>Serves what a host opens: connections to ports that were forwarded, and the key agent if that was asked for.</summary>
/// <param name="remote">Ports on the host's side.</param>
/// <param name="agentOwner">Whose key is offered where no agent runs; <c>null</c>: the agent is not forwarded.</param>
internal sealed class ClientConnectionHandler(RemoteForwarder remote, ActiveLogin? agentOwner) : ISshConnectionHandler, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        switch (open.Type)
        {
            case "auth-agent@openssh.com" when agentOwner is not null:
                Own(ServeAgentAsync(open.Accept(), agentOwner, open.Connection.Closed));
                return ValueTask.CompletedTask;

            case "forwarded-tcpip":
                return new ValueTask(AcceptForwardedAsync(open));

            default:
                open.Reject(ChannelOpenFailure.AdministrativelyProhibited, "This client did not ask for that.");
                return ValueTask.CompletedTask;
        }
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(name == "keepalive@openssh.com" ? SshGlobalReply.Success() : SshGlobalReply.Failure);

    /// <summary>Waits for what is still relayed; the connection is closed by then.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
    }

    private async Task AcceptForwardedAsync(SshChannelOpen open)
    {
        try
        {
            if (!await remote.TryAcceptAsync(open, open.Connection.Closed))
            {
                open.Reject(ChannelOpenFailure.AdministrativelyProhibited, "This client did not ask for that port.");
            }
        }
        catch (Exception e) when (e is SshException or SocketException or IOException or OperationCanceledException)
        {
            // This one connection ended; the host sees its channel closed.
        }
    }

    private static async Task ServeAgentAsync(SshChannel channel, ActiveLogin owner, CancellationToken cancellationToken)
    {
        try
        {
            if (Environment.GetEnvironmentVariable("SSH_AUTH_SOCK") is { Length: > 0 } path)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                await StreamRelay.RunAsync(channel, socket, cancellationToken);
                return;
            }

            using var keyring = new SshKeyring(TimeProvider.System);
            using SshPrivateKey key = owner.Identity.File.OpenSshKey();
            await keyring.AddAsync(key, owner.Identity.Certificate, $"teleport:{owner.Profile.User}", SshAgentConstraints.None, cancellationToken);
            await SshAgentServer.ServeAsync(channel.AsStream(), keyring, cancellationToken);
        }
        catch (Exception e) when (e is SshException or SocketException or IOException or OperationCanceledException)
        {
            // The program on the host sees an agent that hangs up.
        }
        finally
        {
            await channel.DisposeAsync();
        }
    }

    private void Own(Task task)
    {
        lock (_gate)
        {
            _running.RemoveWhere(static running => running.IsCompleted);
            _running.Add(task);
        }
    }
}
