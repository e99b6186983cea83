namespace Teleport.Host.Commands;

/// <summary>A command cannot do what it was told.</summary>
/// <param name="message">What failed, why, and what to do.</param>
internal sealed class CommandException(string message) : Exception(message);
