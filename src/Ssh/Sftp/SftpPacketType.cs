namespace Teleport.Ssh.Sftp;

/// <summary>Packet types of version 3 (draft-ietf-secsh-filexfer-02 section 3), and limits of packets.</summary>
internal static class SftpPacketType
{
    public const uint Version = 3;

    /// <summary>The largest packet, without its length: OpenSSH's limit.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>The most bytes of a read or write, so that its packet stays within <see cref="MaxLength"/>.</summary>
    public const int MaxData = MaxLength - 1024;

    public const int MaxPathLength = 4096;
    public const int MaxHandleLength = 256;

    public const byte Init = 1;
    public const byte VersionReply = 2;
    public const byte Open = 3;
    public const byte Close = 4;
    public const byte Read = 5;
    public const byte Write = 6;
    public const byte LStat = 7;
    public const byte FStat = 8;
    public const byte SetStat = 9;
    public const byte FSetStat = 10;
    public const byte OpenDirectory = 11;
    public const byte ReadDirectory = 12;
    public const byte Remove = 13;
    public const byte MakeDirectory = 14;
    public const byte RemoveDirectory = 15;
    public const byte RealPath = 16;
    public const byte Stat = 17;
    public const byte Rename = 18;
    public const byte ReadLink = 19;
    public const byte SymbolicLink = 20;
    public const byte Status = 101;
    public const byte Handle = 102;
    public const byte Data = 103;
    public const byte Name = 104;
    public const byte Attributes = 105;
    public const byte Extended = 200;
    public const byte ExtendedReply = 201;
}
