using System.Buffers;
using System.Buffers.Binary;

namespace Teleport.Ssh.KeyAgent;

/// <summary>The framing of the agent's protocol: uint32 length, then the message, whose first byte is its number.</summary>
internal static class AgentFrame
{
    /// <summary>Reads a message; null at the end of the stream.</summary>
    /// <exception cref="SshProtocolException">The length is zero or beyond the limit, or the stream ends within a message.</exception>
    public static async ValueTask<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] header = new byte[4];
        int read = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
            return null;

        uint length = read == header.Length ? BinaryPrimitives.ReadUInt32BigEndian(header) : 0;
        if (length is 0 or > AgentMessage.MaxLength)
            throw new SshProtocolException($"A message of the key agent has {length} bytes; 1 to {AgentMessage.MaxLength} are allowed.");

        byte[] message = new byte[length];
        return await stream.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancellationToken) == message.Length
            ? message
            : throw new SshProtocolException("The connection of the key agent ended within a message.");
    }

    public static async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(4 + message.Length);
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(frame, message.Length);
            message.CopyTo(frame.AsMemory(4));
            await stream.WriteAsync(frame.AsMemory(0, 4 + message.Length), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame, clearArray: true); // it may hold a private key
        }
    }
}
