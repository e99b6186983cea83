namespace Teleport.Ssh.Sftp;

/// <summary>Something that a client did or tried, for audit. Texts are the client's: clean them before they are shown.</summary>
/// <param name="Action">What.</param>
/// <param name="Path">To which file, as the client named it.</param>
/// <param name="Status">How it ended.</param>
public sealed record SftpEvent(SftpAction Action, string Path, SftpStatus Status)
{
    /// <summary>The new name, or what a link points to; else null.</summary>
    public string? Target { get; init; }

    /// <summary>How a file was opened.</summary>
    public SftpOpenFlags Flags { get; init; }

    /// <summary>Attributes given with the request, or null.</summary>
    public SftpAttributes? Attributes { get; init; }

    /// <summary>Bytes read of a file that is closed.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes written to a file that is closed.</summary>
    public long BytesWritten { get; init; }
}
