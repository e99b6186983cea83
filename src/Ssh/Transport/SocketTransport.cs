using System.Net;
using System.Net.Sockets;

namespace Teleport.Ssh.Transport;

/// <summary>SSH over a connected stream socket.</summary>
/// <remarks>The kernel's buffers are left alone: setting their size would switch off their growth on long links.</remarks>
internal sealed class SocketTransport : ByteTransport
{
    private readonly Socket _socket;

    public SocketTransport(Socket socket)
    {
        _socket = socket;
        if (socket.ProtocolType == ProtocolType.Tcp)
            socket.NoDelay = true; // packets are batched here, and a key stroke must not wait

        RemoteEndPoint = FindRemoteEndPoint(socket);
    }

    public override EndPoint? RemoteEndPoint { get; }

    /// <summary>
    /// A receive of no bytes ends with any event of the socket, also with one for data that was read already: that must not make an
    /// idle connection hold a buffer, so the socket is asked again.
    /// </summary>
    public override async ValueTask WaitForDataAsync(CancellationToken ct)
    {
        do
            _ = await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, ct);
        while (!_socket.Poll(microSeconds: 0, SelectMode.SelectRead));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) =>
        _socket.ReceiveAsync(buffer, SocketFlags.None, ct);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct)
    {
        while (!buffer.IsEmpty)
            buffer = buffer[await _socket.SendAsync(buffer, SocketFlags.None, ct)..];
    }

    public override ValueTask DisposeAsync()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer was faster.
        }

        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A peer that has left already has no address any more; what is read next says that it left.</summary>
    private static EndPoint? FindRemoteEndPoint(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
