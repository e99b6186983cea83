namespace Teleport.Ssh.Sftp;

/// <summary>A file that is open on a server. Safe for concurrent use. Disposing closes it and ignores failures: see <see cref="CloseAsync"/>.</summary>
public sealed class SftpClientFile : IAsyncDisposable
{
    private readonly SftpClient _client;
    private readonly byte[] _handle;
    private bool _closed;

    internal SftpClientFile(SftpClient client, byte[] handle, string path) => (_client, _handle, Path) = (client, handle, path);

    /// <summary>Where it was opened.</summary>
    public string Path { get; }

    /// <summary>Reads at an offset, at most <see cref="SftpClient.MaxReadLength"/> bytes; may be less than asked for.</summary>
    /// <param name="offset">From the beginning.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="SftpException">It failed.</exception>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int length = Math.Min(buffer.Length, _client.MaxReadLength);
        if (length == 0)
            return 0;

        using Pipelining.SftpReply reply = await _client.Pipeline.SendAsync(
            SftpPacketType.Read,
            (ref SshWriter writer) =>
            {
                writer.WriteBinary(_handle);
                writer.WriteUInt64((ulong)offset);
                writer.WriteUInt32((uint)length);
            },
            cancellationToken: cancellationToken);
        if (reply.Type == SftpPacketType.Status && reply.CheckStatus($"read {Path}", SftpStatus.EndOfFile) == SftpStatus.EndOfFile)
            return 0;

        return Copy(reply, buffer.Span[..length], Path);
    }

    /// <summary>Writes all at an offset.</summary>
    /// <param name="offset">From the beginning.</param>
    /// <param name="data">What.</param>
    /// <param name="cancellationToken">Gives up; how much was written is then unknown.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        for (int written = 0; written < data.Length;)
        {
            ReadOnlyMemory<byte> part = data.Slice(written, Math.Min(data.Length - written, _client.MaxWriteLength));
            long at = offset + written;
            using Pipelining.SftpReply reply = await _client.Pipeline.SendAsync(
                SftpPacketType.Write,
                (ref SshWriter writer) =>
                {
                    writer.WriteBinary(_handle);
                    writer.WriteUInt64((ulong)at);
                    writer.WriteUInt32((uint)part.Length);
                },
                part,
                cancellationToken);
            reply.CheckStatus($"write {Path}");
            written += part.Length;
        }
    }

    /// <summary>What is known of the file.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public async ValueTask<SftpAttributes> GetAttributesAsync(CancellationToken cancellationToken = default)
    {
        using Pipelining.SftpReply reply = await _client.Pipeline.SendAsync(
            SftpPacketType.FStat, (ref SshWriter writer) => writer.WriteBinary(_handle), cancellationToken: cancellationToken);
        SshReader reader = reply.Expect(SftpPacketType.Attributes, $"look at {Path}");
        return SftpAttributes.Read(ref reader);
    }

    /// <summary>Changes what is not null.</summary>
    /// <param name="attributes">The changes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public async ValueTask SetAttributesAsync(SftpAttributes attributes, CancellationToken cancellationToken = default)
    {
        using Pipelining.SftpReply reply = await _client.Pipeline.SendAsync(
            SftpPacketType.FSetStat,
            (ref SshWriter writer) =>
            {
                writer.WriteBinary(_handle);
                attributes.Write(ref writer);
            },
            cancellationToken: cancellationToken);
        reply.CheckStatus($"change {Path}");
    }

    /// <summary>Makes sure that what was written is on the server's disk; needs fsync@openssh.com.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task FlushAsync(CancellationToken cancellationToken = default) => _client.ExtendForStatusAsync(
        SftpExtension.FSync, $"flush {Path}", (ref SshWriter writer) => writer.WriteBinary(_handle), cancellationToken);

    /// <summary>Copies bytes to another file on the server, without moving them over the network; needs copy-data.</summary>
    /// <param name="offset">From where in this file.</param>
    /// <param name="length">How many; 0 is all to the end.</param>
    /// <param name="target">The other file, open for writing.</param>
    /// <param name="targetOffset">To where in it.</param>
    /// <param name="cancellationToken">Gives up waiting; the server goes on.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task CopyToAsync(long offset, long length, SftpClientFile target, long targetOffset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _client.ExtendForStatusAsync(
            SftpExtension.CopyData,
            $"copy {Path} to {target.Path}",
            (ref SshWriter writer) =>
            {
                writer.WriteBinary(_handle);
                writer.WriteUInt64((ulong)offset);
                writer.WriteUInt64((ulong)length);
                writer.WriteBinary(target._handle);
                writer.WriteUInt64((ulong)targetOffset);
            },
            cancellationToken);
    }

    /// <summary>Closes the file: a failure may mean that what was written is lost.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public async ValueTask CloseAsync(CancellationToken cancellationToken = default)
    {
        if (_closed)
            return;

        _closed = true;
        using Pipelining.SftpReply reply = await _client.Pipeline.SendAsync(
            SftpPacketType.Close, (ref SshWriter writer) => writer.WriteBinary(_handle), cancellationToken: cancellationToken);
        reply.CheckStatus($"close {Path}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync();
        }
        catch (SshException)
        {
            _closed = true; // whoever cares calls CloseAsync; the server closes what is left when the channel ends
        }
    }

    private static int Copy(Pipelining.SftpReply reply, Span<byte> buffer, string path)
    {
        SshReader reader = reply.Expect(SftpPacketType.Data, $"read {path}");
        ReadOnlySpan<byte> data = reader.ReadBinary(buffer.Length);
        if (data.IsEmpty)
            throw new SshProtocolException("The SFTP server answered a read with nothing, neither data nor the end.");

        data.CopyTo(buffer);
        return data.Length;
    }
}
