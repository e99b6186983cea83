namespace Teleport.Recordings;

/// <summary>A recording cannot be read: it was damaged or changed, or is none.</summary>
/// <param name="message">What is wrong, and where.</param>
/// <param name="innerException">What caused it.</param>
public sealed class RecordingException(string message, Exception? innerException = null) : Exception(message, innerException);
