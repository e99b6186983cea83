namespace Teleport.Ssh;

/// <summary>The questions that a server asks at once (RFC 4256 section 3.2).</summary>
/// <param name="Name">A title; may be empty.</param>
/// <param name="Instruction">A text above the questions; may be empty.</param>
/// <param name="Prompts">The questions; may be none.</param>
public sealed record SshPromptRequest(string Name, string Instruction, IReadOnlyList<SshPrompt> Prompts);
