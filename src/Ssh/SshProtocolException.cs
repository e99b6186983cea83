namespace Teleport.Ssh;

/// <summary>The peer, or a file, sent bytes that break the protocol: truncated, over-long, out of order or not allowed.</summary>
/// <param name="message">What is wrong and where.</param>
/// <param name="innerException">The cause, or null.</param>
public sealed class SshProtocolException(string message, Exception? innerException = null) : SshException(message, innerException);
