using System.Buffers;

namespace Teleport.Ssh.Sftp.Pipelining;

/// <summary>An answer of a server. Whoever receives it disposes it, which returns its buffer.</summary>
internal sealed class SftpReply(byte[] rented, int length) : IDisposable
{
    private const int HeaderSize = 1 + 4;

    public byte Type => rented[0];

    /// <summary>What follows type and id.</summary>
    public ReadOnlyMemory<byte> Body => rented.AsMemory(HeaderSize, length - HeaderSize);

    /// <summary>Throws what a status says, unless it is one of those that are fine; gives the status back.</summary>
    /// <exception cref="SftpException">The request failed.</exception>
    public SftpStatus CheckStatus(string what, SftpStatus alsoFine = SftpStatus.Ok)
    {
        if (Type != SftpPacketType.Status)
            throw new SshProtocolException($"The SFTP server answered with packet type {Type} where a status is expected.");

        SshReader reader = new(Body.Span);
        SftpStatus status = (SftpStatus)reader.ReadUInt32();
        if (status == SftpStatus.Ok || status == alsoFine)
            return status;

        string message = reader.Remaining > 0 ? TextForPeople.Clean(reader.ReadString(SftpPacketType.MaxLength)) : "";
        throw new SftpException(status, $"Cannot {what}: {(message.Length > 0 ? message : status.ToString())}.");
    }

    /// <summary>Reads an answer of a type; a status in its place is thrown.</summary>
    public SshReader Expect(byte type, string what)
    {
        if (Type == type)
            return new SshReader(Body.Span);

        CheckStatus(what);
        throw new SshProtocolException($"The SFTP server answered with success only where packet type {type} is expected.");
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(rented);
}
