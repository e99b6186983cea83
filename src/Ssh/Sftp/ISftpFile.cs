namespace Teleport.Ssh.Sftp;

/// <summary>An open file of an <see cref="ISftpFileSystem"/>. Disposing closes it. All failures are <see cref="SftpException"/>s.</summary>
public interface ISftpFile : IDisposable
{
    /// <summary>Reads at an offset; 0 bytes is the end.</summary>
    /// <param name="offset">From the beginning.</param>
    /// <param name="buffer">Where to.</param>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all at an offset, or at the end when opened to append.</summary>
    /// <param name="offset">From the beginning.</param>
    /// <param name="data">What.</param>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Makes sure that what was written is on the disk.</summary>
    void Flush();

    /// <summary>What is known of the file.</summary>
    SftpAttributes GetAttributes();

    /// <summary>Changes what is not null.</summary>
    /// <param name="attributes">The changes.</param>
    void SetAttributes(SftpAttributes attributes);

    /// <summary>The file system it is on.</summary>
    SftpVolume GetVolume();
}
