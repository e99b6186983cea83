using System.Net;
using System.Net.Sockets;

namespace Teleport.Ssh.Transport;

/// <summary>SSH over any stream: TLS, a channel of another connection, a pipe.</summary>
internal sealed class StreamTransport(Stream stream, EndPoint? remoteEndPoint) : ByteTransport
{
    public override EndPoint? RemoteEndPoint { get; } = remoteEndPoint ?? (stream as NetworkStream)?.Socket.RemoteEndPoint;

    public override async ValueTask WaitForDataAsync(CancellationToken ct) => _ = await stream.ReadAsync(Memory<byte>.Empty, ct);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) => stream.ReadAsync(buffer, ct);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct)
    {
        await stream.WriteAsync(buffer, ct);
        await stream.FlushAsync(ct);
    }

    public override ValueTask DisposeAsync() => stream.DisposeAsync();
}
