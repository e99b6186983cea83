namespace Teleport.Ssh;

/// <summary>The server's host key or certificate is not trusted for the name that was dialled.</summary>
/// <param name="message">Which key was shown, what was expected, and what to do next.</param>
/// <param name="innerException">The cause, or null.</param>
public sealed class SshHostKeyException(string message, Exception? innerException = null) : SshException(message, innerException);
