using System.Runtime.CompilerServices;
using Teleport.Abstractions.Audit;

namespace Teleport.Audit.Files;

/// <summary>Reads a file line by line, in bounded memory whatever is in it.</summary>
internal static class LineFile
{
    private const int BufferBytes = 4 * AuditRecord.MaxBytes;

    /// <summary>The lines without their ends. Each is good until the next is asked for.</summary>
    /// <remarks>
    /// Left out: lines longer than an event can be, and a last line without an end, which is being written or was torn by a crash.
    /// A file that is not there has no lines.
    /// </remarks>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using FileStream? input = TryOpen(file);
        byte[] buffer = new byte[BufferBytes];
        int filled = 0;
        bool isTooLong = false;
        while (input is not null && await input.ReadAsync(buffer.AsMemory(filled), cancellationToken) is > 0 and var read)
        {
            filled += read;
            int start = 0;
            while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                if (!isTooLong && length is > 0 and <= AuditRecord.MaxBytes)
                {
                    yield return buffer.AsMemory(start, length);
                }

                isTooLong = false;
                start += length + 1;
            }

            int rest = filled - start;
            isTooLong |= rest > AuditRecord.MaxBytes;
            filled = isTooLong ? 0 : rest;
            buffer.AsSpan(start, filled).CopyTo(buffer);
        }
    }

    private static FileStream? TryOpen(string file)
    {
        try
        {
            return new FileStream(file, new FileStreamOptions
            {
                Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0,
            });
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
