namespace Teleport.Ssh.Messages.Authentication;

/// <summary>Answers the questions (SSH_MSG_USERAUTH_INFO_RESPONSE, keyboard-interactive).</summary>
/// <remarks>
/// RFC 4256 section 3.4.
/// <code>
/// uint32  number of answers, at most 32
/// string  answer in UTF-8, at most 4096 bytes, as often as told
/// </code>
/// </remarks>
internal sealed record InfoResponseMessage(IReadOnlyList<string> Answers) : ISshMessage<InfoResponseMessage>
{
    public static byte Number => 61;

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static InfoResponseMessage Read(scoped ref SshReader reader)
    {
        uint count = reader.ReadUInt32();
        if (count > InfoRequestMessage.MaxPrompts)
            throw new SshProtocolException($"The client sends {count} answers at once; the limit is {InfoRequestMessage.MaxPrompts}.");

        string[] answers = new string[count];
        for (int index = 0; index < answers.Length; index++)
            answers[index] = reader.ReadString(maxLength: 4_096);

        return new InfoResponseMessage(answers);
    }

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32((uint)Answers.Count);
        foreach (string answer in Answers)
            writer.WriteString(answer);
    }
}
