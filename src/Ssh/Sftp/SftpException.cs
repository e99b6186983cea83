namespace Teleport.Ssh.Sftp;

/// <summary>A file operation failed.</summary>
/// <param name="status">How.</param>
/// <param name="message">What failed and why; a server's own text has its control characters removed.</param>
/// <param name="innerException">The cause, or null.</param>
public sealed class SftpException(SftpStatus status, string message, Exception? innerException = null) : SshException(message, innerException)
{
    /// <summary>How it failed.</summary>
    public SftpStatus Status { get; } = status;
}
