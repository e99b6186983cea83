namespace Teleport.Ssh.Ciphers;

/// <summary>Encrypts and authenticates the packets of one direction, in place.</summary>
/// <remarks>
/// A packet is, in one span: <c>uint32 length, byte padding length, payload, padding, tag</c>; the length counts neither itself nor
/// the tag. Not thread-safe: reader and writer own one each and serialise their calls.
/// </remarks>
internal abstract class PacketProtection : IDisposable
{
    /// <summary>How many bytes <see cref="OpenLength"/> needs.</summary>
    public virtual int HeadSize => 4;

    /// <summary>Packets are padded to a multiple of this.</summary>
    public abstract int BlockSize { get; }

    public abstract int TagSize { get; }

    /// <summary>Whether the length field counts when packets are aligned: not where it travels outside the cipher.</summary>
    public abstract bool AlignsLength { get; }

    /// <summary>Reads the length, which is not authenticated yet: the caller checks it against its limits.</summary>
    public abstract uint OpenLength(uint sequence, Span<byte> head);

    /// <summary>Verifies and decrypts a whole packet whose length was read by <see cref="OpenLength"/>.</summary>
    /// <exception cref="SshProtocolException">The tag is wrong.</exception>
    public abstract void Open(uint sequence, Span<byte> packet);

    /// <summary>Encrypts a packet and writes its tag into the last <see cref="TagSize"/> bytes.</summary>
    public abstract void Seal(uint sequence, Span<byte> packet);

    public abstract void Dispose();

    protected static SshProtocolException Forged(uint sequence) =>
        new($"Packet {sequence} failed its integrity check: it was damaged or forged on the way.");
}
