using System.Buffers;
using System.IO.Pipelines;

namespace Teleport.Proxy.Relaying;

/// <summary>Moves bytes from one end of a relayed connection to the other. Holds no buffer while there is nothing to move.</summary>
internal static class BytePump
{
    /// <summary>As measured: larger ones gain nothing, smaller ones cost system calls.</summary>
    public const int BufferBytes = 128 * 1024;

    /// <summary>Moves until the source ends.</summary>
    public static async Task MoveAsync(PipeReader source, Stream target, RelayMeter meter, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await source.ReadAsync(cancellationToken);
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                await target.WriteAsync(segment, cancellationToken);
            }

            meter.Count(result.Buffer.Length);
            source.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>Moves until the source ends, or the target is closed.</summary>
    public static async Task MoveAsync(Stream source, PipeWriter target, RelayMeter meter, CancellationToken cancellationToken)
    {
        while (true)
        {
            await source.WaitForDataAsync(cancellationToken);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                int read = await source.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                {
                    return;
                }

                FlushResult flushed = await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                meter.Count(read);
                if (flushed.IsCompleted)
                {
                    return;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Moves until the source ends.</summary>
    public static async Task MoveAsync(Stream source, Stream target, RelayMeter meter, CancellationToken cancellationToken)
    {
        while (true)
        {
            await source.WaitForDataAsync(cancellationToken);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                int read = await source.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                {
                    return;
                }

                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                meter.Count(read);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
