using System.Diagnostics;

namespace Teleport.Proxy.Relaying;

/// <summary>Waits for data without holding a buffer for it.</summary>
internal static class StreamReadiness
{
    /// <summary>Ends when a read would give data, or the end.</summary>
    public static async ValueTask WaitForDataAsync(this Stream stream, CancellationToken cancellationToken)
    {
        int read = await stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
        Debug.Assert(read == 0, "A read of no bytes reads none.");
    }
}
