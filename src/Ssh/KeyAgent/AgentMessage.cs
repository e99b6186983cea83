namespace Teleport.Ssh.KeyAgent;

/// <summary>Message numbers, constraints and flags of the agent's protocol (draft-miller-ssh-agent section 5).</summary>
internal static class AgentMessage
{
    public const byte Failure = 5;
    public const byte Success = 6;
    public const byte RequestIdentities = 11;
    public const byte IdentitiesAnswer = 12;
    public const byte SignRequest = 13;
    public const byte SignResponse = 14;
    public const byte AddIdentity = 17;
    public const byte RemoveIdentity = 18;
    public const byte RemoveAllIdentities = 19;
    public const byte AddConstrainedIdentity = 25;

    public const byte ConstrainLifetime = 1;
    public const byte ConstrainConfirm = 2;

    public const uint FlagRsaSha256 = 2;
    public const uint FlagRsaSha512 = 4;

    /// <summary>OpenSSH's own limit of a message.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>More identities than servers let a client try.</summary>
    public const int MaxIdentities = 1024;

    public const int MaxCommentLength = 1024;
}
