namespace Teleport.Ssh;

/// <summary>The server refused all that the client could prove, or the client gave up.</summary>
/// <param name="message">What was tried and what the server would still accept.</param>
/// <param name="innerException">The cause, or null.</param>
public sealed class SshAuthenticationException(string message, Exception? innerException = null) : SshException(message, innerException);
