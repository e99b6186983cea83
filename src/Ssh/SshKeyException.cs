namespace Teleport.Ssh;

/// <summary>
/// A key, certificate or signature algorithm cannot be used: unsupported, too weak, of the wrong kind, or its passphrase is wrong.
/// Bytes that are malformed are an <see cref="SshProtocolException"/> in place of this.
/// </summary>
/// <param name="message">Which key, why, and what to use instead.</param>
/// <param name="innerException">The cause, or null.</param>
public sealed class SshKeyException(string message, Exception? innerException = null) : SshException(message, innerException);
