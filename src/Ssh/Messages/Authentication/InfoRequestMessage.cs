namespace Teleport.Ssh.Messages.Authentication;

/// <summary>Asks the user questions (SSH_MSG_USERAUTH_INFO_REQUEST, keyboard-interactive).</summary>
/// <remarks>
/// RFC 4256 section 3.2.
/// <code>
/// string  name, at most 4096 bytes
/// string  instruction, at most 16 384 bytes
/// string  language tag, at most 64 bytes
/// uint32  number of prompts, at most 32
/// then for each
/// string   prompt, at most 4096 bytes
/// boolean  whether the answer is shown while typed
/// </code>
/// </remarks>
internal sealed record InfoRequestMessage(string Name, string Instruction, IReadOnlyList<SshPrompt> Prompts) : ISshMessage<InfoRequestMessage>
{
    public const int MaxPrompts = 32;

    public static byte Number => 60;

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static InfoRequestMessage Read(scoped ref SshReader reader)
    {
        string name = reader.ReadString(maxLength: 4_096);
        string instruction = reader.ReadString(maxLength: 16_384);
        _ = reader.ReadString(maxLength: 64);
        uint count = reader.ReadUInt32();
        if (count > MaxPrompts)
            throw new SshProtocolException($"The server asks {count} questions at once; the limit is {MaxPrompts}.");

        SshPrompt[] prompts = new SshPrompt[count];
        for (int index = 0; index < prompts.Length; index++)
        {
            string text = reader.ReadString(maxLength: 4_096);
            prompts[index] = new SshPrompt(text, reader.ReadBoolean());
        }

        return new InfoRequestMessage(name, instruction, prompts);
    }

    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Name);
        writer.WriteString(Instruction);
        writer.WriteString(string.Empty);
        writer.WriteUInt32((uint)Prompts.Count);
        foreach (SshPrompt prompt in Prompts)
        {
            writer.WriteString(prompt.Text);
            writer.WriteBoolean(prompt.Echo);
        }
    }
}
