namespace Teleport.Ssh;

/// <summary>A message of the protocol that reads and writes itself.</summary>
/// <typeparam name="TSelf">The message; may be a ref struct whose spans point into the packet.</typeparam>
public interface ISshMessage<TSelf>
    where TSelf : ISshMessage<TSelf>, allows ref struct
{
    /// <summary>The first byte of the message's packet (RFC 4250 section 4.1.2).</summary>
    static abstract byte Number { get; }

    /// <summary>Reads the message after its number.</summary>
    /// <param name="reader">Stands behind the number; afterwards at the end of the message.</param>
    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    static abstract TSelf Read(scoped ref SshReader reader);

    /// <summary>Writes the message after its number.</summary>
    /// <param name="writer">Where the number has been written.</param>
    void Write(ref SshWriter writer);
}
