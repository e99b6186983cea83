using System.Net;

namespace Teleport.Ssh.Transport;

/// <summary>The reliable byte stream below SSH. One reader and one writer at a time.</summary>
internal abstract class ByteTransport : IAsyncDisposable
{
    /// <summary>Where the peer is; <see langword="null"/> if not known.</summary>
    public virtual EndPoint? RemoteEndPoint => null;

    /// <summary>Waits for data without holding a buffer. May end early: the read that follows then waits.</summary>
    public abstract ValueTask WaitForDataAsync(CancellationToken ct);

    /// <summary>Reads what is there, at least one byte; 0 is the end.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct);

    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct);

    public abstract ValueTask DisposeAsync();
}
