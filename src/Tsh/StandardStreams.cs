using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Teleport.Tsh;

/// <summary>The program's input and output as bytes, without the console's buffering and encoding.</summary>
internal static class StandardStreams
{
    private const int BufferBytes = 64 * 1024;

    // Not the console's stream: that one sets the terminal up anew at each read, which would end the raw mode.
    public static Stream Input { get; } = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    public static Stream Output { get; } = Console.OpenStandardOutput();

    public static Stream Error { get; } = Console.OpenStandardError();

    /// <summary>Copies what arrives to a stream until it ends.</summary>
    public static async Task CopyToAsync(this PipeReader source, Stream target, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await source.ReadAsync(cancellationToken);
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                await target.WriteAsync(segment, cancellationToken);
            }

            source.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>Copies a stream until its end, which ends the target too.</summary>
    public static async Task CopyToAsync(this Stream source, PipeWriter target, Func<ReadOnlyMemory<byte>, bool>? watch, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferBytes];
        while (await source.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (watch?.Invoke(buffer.AsMemory(0, read)) == true)
            {
                return;
            }

            FlushResult flushed = await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            if (flushed.IsCompleted)
            {
                return;
            }
        }

        await target.CompleteAsync();
    }
}
