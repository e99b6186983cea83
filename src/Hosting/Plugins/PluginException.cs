namespace Teleport.Hosting.Plugins;

/// <summary>A plugin cannot be used.</summary>
/// <param name="message">Which, why, and what to do.</param>
/// <param name="innerException">What it threw.</param>
public sealed class PluginException(string message, Exception? innerException = null) : Exception(message, innerException);
