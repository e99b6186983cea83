using System.Net.Sockets;
using Teleport.Ssh.Messages;

namespace Teleport.Ssh.Forwarding;

/// <summary>Lets the server listen and relays its connections to targets here (<c>ssh -R</c>).</summary>
/// <remarks>
/// Pass the connection's <c>forwarded-tcpip</c> and <c>forwarded-streamlocal@openssh.com</c> channels to
/// <see cref="TryAcceptAsync"/>: it takes those that were asked for, and no others.
/// </remarks>
/// <param name="dial">Dials a target here: host and port, as they were given to <c>StartAsync</c>.</param>
public sealed class RemoteForwarder(Func<string, uint, CancellationToken, Task<Socket>> dial)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, uint Port), (string Host, uint Port)> _targets = [];
    private readonly Dictionary<string, (string Host, uint Port)> _socketTargets = [];

    /// <summary>Asks the server to listen on a TCP port.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="bindAddress">Where the server listens: empty for all addresses, <c>localhost</c> for loopback.</param>
    /// <param name="bindPort">The port; 0 lets the server choose.</param>
    /// <param name="host">The target here.</param>
    /// <param name="port">The target's port.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>The port that the server listens on.</returns>
    /// <exception cref="SshException">The server refused.</exception>
    public async Task<uint> StartAsync(
        SshConnection connection, string bindAddress, uint bindPort, string host, uint port, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        byte[] request = new TcpipForward(bindAddress, bindPort).ToBytes();
        if (bindPort != 0)
            Add(bindAddress, bindPort, host, port); // connections may come before the answer is seen

        SshGlobalReply reply = await connection.SendGlobalRequestAsync(TcpipForward.Name, request, wantReply: true, ct);
        if (!reply.IsSuccess)
        {
            Remove(bindAddress, bindPort);
            throw new SshException($"The server refused to listen on {bindAddress}:{bindPort}.");
        }

        if (bindPort != 0)
            return bindPort;

        uint chosen = ReadPort(reply.Payload.Span);
        Add(bindAddress, chosen, host, port);
        return chosen;
    }

    /// <summary>Asks the server to listen on a Unix socket.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="socketPath">The path of the socket on the server.</param>
    /// <param name="host">The target here.</param>
    /// <param name="port">The target's port.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="SshException">The server refused.</exception>
    public async Task StartAsync(SshConnection connection, string socketPath, string host, uint port, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        lock (_gate)
            _socketTargets[socketPath] = (host, port);

        byte[] request = new StreamLocalForward(socketPath).ToBytes();
        if ((await connection.SendGlobalRequestAsync(StreamLocalForward.Name, request, wantReply: true, ct)).IsSuccess)
            return;

        lock (_gate)
            _socketTargets.Remove(socketPath);
        throw new SshException($"The server refused to listen on the socket {socketPath}.");
    }

    /// <summary>Asks the server to stop listening on a Unix socket.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="socketPath">The path as it was asked for.</param>
    /// <param name="ct">Cancels the waiting.</param>
    public async Task StopAsync(SshConnection connection, string socketPath, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        lock (_gate)
            _socketTargets.Remove(socketPath);

        byte[] request = new CancelStreamLocalForward(socketPath).ToBytes();
        _ = await connection.SendGlobalRequestAsync(CancelStreamLocalForward.Name, request, wantReply: true, ct);
    }

    /// <summary>Asks the server to stop listening.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="bindAddress">The address as it was asked for.</param>
    /// <param name="bindPort">The port that the server listens on.</param>
    /// <param name="ct">Cancels the waiting.</param>
    public async Task StopAsync(SshConnection connection, string bindAddress, uint bindPort, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Remove(bindAddress, bindPort);
        byte[] request = new CancelTcpipForward(bindAddress, bindPort).ToBytes();
        _ = await connection.SendGlobalRequestAsync(CancelTcpipForward.Name, request, wantReply: true, ct);
    }

    /// <summary>Serves a channel that the server opened for a connection to a port that was asked for; returns when it is over.</summary>
    /// <param name="open">The server's request.</param>
    /// <param name="ct">Cancels the relaying.</param>
    /// <returns><see langword="false"/> if nobody asked for it: it is still to be answered.</returns>
    /// <exception cref="SshProtocolException">The data of the channel is malformed.</exception>
    public async Task<bool> TryAcceptAsync(SshChannelOpen open, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(open);
        if (FindTarget(open) is not { } target)
            return false;

        try
        {
            Socket socket = await dial(target.Host, target.Port, ct);
            await StreamRelay.RunAsync(open.Accept(), socket, ct);
        }
        catch (SocketException exception)
        {
            open.RejectIfUnanswered(ChannelOpenFailure.ConnectFailed, $"The target could not be reached: {exception.SocketErrorCode}.");
        }

        return true;
    }

    private (string Host, uint Port)? FindTarget(SshChannelOpen open)
    {
        if (open.Type == ForwardedTcpip.Name)
        {
            ForwardedTcpip forwarded = open.Parse<ForwardedTcpip>();
            return TryGet(forwarded.Host, forwarded.Port, out (string Host, uint Port) target) ? target : null;
        }

        if (open.Type != ForwardedStreamLocal.Name)
            return null;

        string path = open.Parse<ForwardedStreamLocal>().Path;
        lock (_gate)
            return _socketTargets.TryGetValue(path, out (string Host, uint Port) target) ? target : null;
    }

    private void Add(string bindAddress, uint bindPort, string host, uint port)
    {
        lock (_gate)
            _targets[(bindAddress, bindPort)] = (host, port);
    }

    private void Remove(string bindAddress, uint bindPort)
    {
        lock (_gate)
            _targets.Remove((bindAddress, bindPort));
    }

    /// <summary>By address and port, or by the port alone if the server names the address differently.</summary>
    private bool TryGet(string address, uint port, out (string Host, uint Port) target)
    {
        lock (_gate)
        {
            if (_targets.TryGetValue((address, port), out target))
                return true;

            target = _targets.FirstOrDefault(entry => entry.Key.Port == port).Value;
            return target != default;
        }
    }

    private static uint ReadPort(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload);
        return reader.ReadUInt32();
    }
}
