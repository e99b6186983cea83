namespace Teleport.Ssh;

/// <summary>One question of the method keyboard-interactive (RFC 4256).</summary>
/// <param name="Text">The question, such as <c>Password: </c>.</param>
/// <param name="Echo">Whether the answer may be seen while it is typed.</param>
public sealed record SshPrompt(string Text, bool Echo);
