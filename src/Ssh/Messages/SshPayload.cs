using System.Buffers;

namespace Teleport.Ssh.Messages;

/// <summary>Converts typed payloads from and to bytes.</summary>
public static class SshPayload
{
    /// <summary>Parses a payload, which must fill the data exactly.</summary>
    /// <typeparam name="T">The payload's record.</typeparam>
    /// <param name="data">The data of the request or channel.</param>
    /// <exception cref="SshProtocolException">The data is truncated, a field is out of its limits, or bytes are left.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> data)
        where T : ISshPayload<T>
    {
        SshReader reader = new(data);
        T payload = T.Read(ref reader);
        reader.ExpectEnd();
        return payload;
    }

    /// <summary>Parses a payload, which must fill the data exactly.</summary>
    /// <typeparam name="T">The payload's record.</typeparam>
    /// <param name="data">The data of the request or channel.</param>
    /// <exception cref="SshProtocolException">The data is truncated, a field is out of its limits, or bytes are left.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> data)
        where T : ISshPayload<T> => Parse<T>(data.Span);

    /// <summary>Encodes a payload.</summary>
    /// <typeparam name="T">The payload's record.</typeparam>
    /// <param name="payload">What to encode.</param>
    public static byte[] ToBytes<T>(this T payload)
        where T : ISshPayload<T>
    {
        ArrayBufferWriter<byte> buffer = new(64);
        SshWriter writer = new(buffer);
        payload.Write(ref writer);
        return buffer.WrittenSpan.ToArray();
    }
}
