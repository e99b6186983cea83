namespace Teleport.Ssh.Messages.Transport;

/// <summary>Offers algorithms, and so begins a key exchange (SSH_MSG_KEXINIT).</summary>
/// <remarks>
/// RFC 4253 section 7.1. Lists are in order of preference.
/// <code>
/// byte[16]   cookie, random
/// name-list  key exchange methods, at most 8192 bytes like all lists
/// name-list  host key algorithms
/// name-list  ciphers client to server
/// name-list  ciphers server to client
/// name-list  MACs client to server
/// name-list  MACs server to client
/// name-list  compression client to server
/// name-list  compression server to client
/// name-list  languages client to server
/// name-list  languages server to client
/// boolean    whether a guessed first key exchange packet follows
/// uint32     reserved, 0
/// </code>
/// </remarks>
internal sealed record KeyExchangeInitMessage : ISshMessage<KeyExchangeInitMessage>
{
    public const int CookieSize = 16;
    private const int MaxList = 8192;

    public static byte Number => 20;

    public required byte[] Cookie { get; init; }

    public required IReadOnlyList<string> KeyExchange { get; init; }

    public required IReadOnlyList<string> HostKeys { get; init; }

    public required IReadOnlyList<string> CiphersToServer { get; init; }

    public required IReadOnlyList<string> CiphersToClient { get; init; }

    public required IReadOnlyList<string> MacsToServer { get; init; }

    public required IReadOnlyList<string> MacsToClient { get; init; }

    public required IReadOnlyList<string> CompressionToServer { get; init; }

    public required IReadOnlyList<string> CompressionToClient { get; init; }

    public IReadOnlyList<string> LanguagesToServer { get; init; } = [];

    public IReadOnlyList<string> LanguagesToClient { get; init; } = [];

    public bool FirstPacketFollows { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static KeyExchangeInitMessage Read(scoped ref SshReader reader)
    {
        byte[] cookie = new byte[CookieSize];
        for (int index = 0; index < CookieSize; index++)
            cookie[index] = reader.ReadByte();

        KeyExchangeInitMessage message = new()
        {
            Cookie = cookie,
            KeyExchange = reader.ReadNameList(MaxList),
            HostKeys = reader.ReadNameList(MaxList),
            CiphersToServer = reader.ReadNameList(MaxList),
            CiphersToClient = reader.ReadNameList(MaxList),
            MacsToServer = reader.ReadNameList(MaxList),
            MacsToClient = reader.ReadNameList(MaxList),
            CompressionToServer = reader.ReadNameList(MaxList),
            CompressionToClient = reader.ReadNameList(MaxList),
            LanguagesToServer = reader.ReadNameList(MaxList),
            LanguagesToClient = reader.ReadNameList(MaxList),
            FirstPacketFollows = reader.ReadBoolean(),
        };
        _ = reader.ReadUInt32();
        return message;
    }

    public void Write(ref SshWriter writer)
    {
        writer.WriteRaw(Cookie);
        writer.WriteNameList(KeyExchange);
        writer.WriteNameList(HostKeys);
        writer.WriteNameList(CiphersToServer);
        writer.WriteNameList(CiphersToClient);
        writer.WriteNameList(MacsToServer);
        writer.WriteNameList(MacsToClient);
        writer.WriteNameList(CompressionToServer);
        writer.WriteNameList(CompressionToClient);
        writer.WriteNameList(LanguagesToServer);
        writer.WriteNameList(LanguagesToClient);
        writer.WriteBoolean(FirstPacketFollows);
        writer.WriteUInt32(0);
    }
}
