namespace Teleport.Ssh;

/// <summary>The connection ended: by a disconnect message of either side, a lost transport or a limit.</summary>
/// <param name="reason">Why, as a reason code of RFC 4253 section 11.1.</param>
/// <param name="message">Why, for people. A peer's own text is quoted with its control characters removed.</param>
/// <param name="innerException">The cause, or null.</param>
public sealed class SshConnectionException(SshDisconnectReason reason, string message, Exception? innerException = null)
    : SshException(message, innerException)
{
    /// <summary>Why the connection ended.</summary>
    public SshDisconnectReason Reason { get; } = reason;
}
