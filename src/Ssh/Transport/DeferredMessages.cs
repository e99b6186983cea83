using System.Buffers.Binary;

namespace Teleport.Ssh.Transport;

/// <summary>Messages of the upper layers that wait for the end of a key exchange, in order.</summary>
internal sealed class DeferredMessages
{
    private readonly PooledBuffer _buffer = new();

    public delegate void Sink(ReadOnlySpan<byte> payload);

    public int Bytes => _buffer.Count;

    public void Add<T>(scoped in T message)
        where T : ISshMessage<T>, allows ref struct
    {
        int start = _buffer.Count;
        SshWriter writer = new(_buffer);
        writer.WriteUInt32(0);
        writer.WriteByte(T.Number);
        message.Write(ref writer);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.WrittenSpan[start..], _buffer.Count - start - 4);
    }

    public void Drain(Sink sink)
    {
        ReadOnlySpan<byte> rest = _buffer.WrittenSpan;
        while (!rest.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            sink(rest.Slice(4, length));
            rest = rest[(4 + length)..];
        }

        _buffer.Release();
    }

    public void Release() => _buffer.Release();
}
