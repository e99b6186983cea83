namespace Teleport.Manifest;

/// <summary>An assembly is no plugin.</summary>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="innerException">What the plugin threw.</param>
internal sealed class ManifestException(string message, Exception? innerException = null) : Exception(message, innerException);
