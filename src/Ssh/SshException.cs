namespace Teleport.Ssh;

/// <summary>The base of everything that this library throws about SSH itself.</summary>
/// <param name="message">What failed, why, and what to do next; without secrets.</param>
/// <param name="innerException">The cause, or null.</param>
public class SshException(string message, Exception? innerException = null) : Exception(message, innerException);
