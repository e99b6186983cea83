using System.Net;
using System.Net.Sockets;
using Teleport.Ssh;

namespace Teleport.Proxy.Relaying;

/// <summary>The far end of a relayed connection: a stream, and how to say that nothing more will be written.</summary>
internal sealed class RelayTarget : IAsyncDisposable
{
    private readonly Func<ValueTask> _completeWriting;

    private RelayTarget(Stream stream, EndPoint? remoteEndPoint, Func<ValueTask> completeWriting) =>
        (Stream, RemoteEndPoint, _completeWriting) = (stream, remoteEndPoint, completeWriting);

    public Stream Stream { get; }

    /// <summary>Where it is; <c>null</c> at the end of a tunnel.</summary>
    public EndPoint? RemoteEndPoint { get; }

    public static RelayTarget Of(Socket socket) => new(
        new NetworkStream(socket, ownsSocket: true),
        socket.RemoteEndPoint,
        () =>
        {
            socket.Shutdown(SocketShutdown.Send);
            return ValueTask.CompletedTask;
        });

    public static RelayTarget Of(SshChannel channel) => new(channel.AsStream(), null, channel.SendEofAsync);

    /// <summary>Says that nothing more comes; the other direction stays open.</summary>
    public ValueTask CompleteWritingAsync() => _completeWriting();

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
