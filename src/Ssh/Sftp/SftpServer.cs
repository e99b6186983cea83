using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Teleport.Ssh.Sftp.Server;

namespace Teleport.Ssh.Sftp;

/// <summary>Serves files over SFTP version 3 (draft-ietf-secsh-filexfer-02) with OpenSSH's extensions.</summary>
/// <remarks>Requests are answered one after the other and in order; answers to requests that came together go out together.</remarks>
public static class SftpServer
{
    private const int FlushThreshold = 256 * 1024;

    /// <summary>Serves a stream until the client closes it.</summary>
    /// <param name="channel">The channel, which the caller closes.</param>
    /// <param name="fileSystem">What to serve.</param>
    /// <param name="options">How, or null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SshProtocolException">The client breaks the framing; close the channel.</exception>
    public static async Task ServeAsync(
        Stream channel, ISftpFileSystem fileSystem, SftpServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        PipeReader input = PipeReader.Create(channel, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        PipeWriter output = PipeWriter.Create(channel, new StreamPipeWriterOptions(minimumBufferSize: 64 * 1024, leaveOpen: true));
        try
        {
            await ServeAsync(input, output, fileSystem, options, cancellationToken);
        }
        finally
        {
            await input.CompleteAsync();
            await output.CompleteAsync();
        }
    }

    /// <summary>Serves a pair of pipes, such as an <see cref="SshChannel"/>, until the client closes it.</summary>
    /// <param name="channel">The channel, which the caller closes.</param>
    /// <param name="fileSystem">What to serve.</param>
    /// <param name="options">How, or null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SshProtocolException">The client breaks the framing; close the channel.</exception>
    public static Task ServeAsync(
        IDuplexPipe channel, ISftpFileSystem fileSystem, SftpServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return ServeAsync(channel.Input, channel.Output, fileSystem, options, cancellationToken);
    }

    private static async Task ServeAsync(
        PipeReader input, PipeWriter output, ISftpFileSystem fileSystem, SftpServerOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        using SftpRequests requests = new(fileSystem, options ?? new SftpServerOptions());
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            int unflushed = 0;
            while (TryReadPacket(ref buffer, out ReadOnlySequence<byte> packet))
            {
                unflushed += Handle(requests, packet, output);
                if (unflushed < FlushThreshold)
                    continue;

                await output.FlushAsync(cancellationToken);
                unflushed = 0;
            }

            bool torn = result.IsCompleted && !buffer.IsEmpty;
            input.AdvanceTo(buffer.Start, buffer.End);
            FlushResult flush = await output.FlushAsync(cancellationToken);
            if (torn)
                throw new SshProtocolException("The SFTP client closed the channel within a packet.");
            if (result.IsCompleted || result.IsCanceled || flush.IsCompleted)
                return;
        }
    }

    private static bool TryReadPacket(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> packet)
    {
        packet = default;
        if (buffer.Length < 4)
            return false;

        Span<byte> header = stackalloc byte[4];
        buffer.Slice(0, 4).CopyTo(header);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length is 0 or > SftpPacketType.MaxLength)
            throw new SshProtocolException($"An SFTP packet claims {length} bytes; 1 to {SftpPacketType.MaxLength} are allowed.");
        if (buffer.Length < 4 + length)
            return false;

        packet = buffer.Slice(4, length);
        buffer = buffer.Slice(4 + length);
        return true;
    }

    private static int Handle(SftpRequests requests, ReadOnlySequence<byte> packet, PipeWriter output)
    {
        if (packet.IsSingleSegment)
            return requests.Handle(packet.FirstSpan, output);

        byte[] copy = ArrayPool<byte>.Shared.Rent((int)packet.Length);
        try
        {
            packet.CopyTo(copy);
            return requests.Handle(copy.AsSpan(0, (int)packet.Length), output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }
}
