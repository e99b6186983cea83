namespace Teleport.Ssh.Sftp;

/// <summary>Attributes of a file; what is null is not known, or not to be changed.</summary>
/// <remarks>
/// draft-ietf-secsh-filexfer-02 section 5:
/// <code>
/// uint32  flags            1 size, 2 owner, 4 mode, 8 times, 0x80000000 extended
/// uint64  size             if flagged
/// uint32  uid, uint32 gid  if flagged
/// uint32  mode             if flagged: type and permissions as in POSIX
/// uint32  atime, mtime     if flagged: seconds since 1970
/// uint32  count, pairs of strings   if flagged; ignored
/// </code>
/// </remarks>
public sealed record SftpAttributes
{
    /// <summary>The permission bits that a peer may set on our side: without setuid, setgid and sticky (H16).</summary>
    public const uint PermissionMask = 0x1ff;

    private const uint FlagSize = 1;
    private const uint FlagOwner = 2;
    private const uint FlagMode = 4;
    private const uint FlagTimes = 8;
    private const uint FlagExtended = 0x80000000;
    private const uint TypeMask = 0xf000;
    private const int MaxExtended = 64;

    /// <summary>Nothing known.</summary>
    public static readonly SftpAttributes None = new();

    /// <summary>Size in bytes.</summary>
    public ulong? Size { get; init; }

    /// <summary>Owner: user id and group id.</summary>
    public (uint UserId, uint GroupId)? Owner { get; init; }

    /// <summary>Type and permissions, as in POSIX: 0x81a4 (octal 100644) is a file.</summary>
    public uint? Mode { get; init; }

    /// <summary>Last access and last change of the contents, in whole seconds.</summary>
    public (DateTimeOffset Access, DateTimeOffset Modify)? Times { get; init; }

    /// <summary>Whether it is known to be a directory.</summary>
    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    /// <summary>Whether it is known to be a regular file.</summary>
    public bool IsRegularFile => (Mode & TypeMask) == 0x8000;

    /// <summary>Whether it is known to be a symbolic link.</summary>
    public bool IsSymbolicLink => (Mode & TypeMask) == 0xa000;

    internal static SftpAttributes Read(ref SshReader reader)
    {
        uint flags = reader.ReadUInt32();
        SftpAttributes attributes = new()
        {
            Size = (flags & FlagSize) != 0 ? reader.ReadUInt64() : null,
            Owner = (flags & FlagOwner) != 0 ? (reader.ReadUInt32(), reader.ReadUInt32()) : null,
            Mode = (flags & FlagMode) != 0 ? reader.ReadUInt32() : null,
            Times = (flags & FlagTimes) != 0 ? (ReadTime(ref reader), ReadTime(ref reader)) : null,
        };
        if ((flags & FlagExtended) == 0)
            return attributes;

        uint count = reader.ReadUInt32();
        if (count > MaxExtended)
            throw new SshProtocolException($"A file has {count} extended attributes; at most {MaxExtended} are allowed.");
        for (uint i = 0; i < 2 * count; i++)
            _ = reader.ReadBinary(SftpPacketType.MaxLength);
        return attributes;
    }

    internal void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(
            (Size is null ? 0 : FlagSize) | (Owner is null ? 0 : FlagOwner) | (Mode is null ? 0 : FlagMode) | (Times is null ? 0 : FlagTimes));
        if (Size is { } size)
            writer.WriteUInt64(size);
        if (Owner is { } owner)
        {
            writer.WriteUInt32(owner.UserId);
            writer.WriteUInt32(owner.GroupId);
        }

        if (Mode is { } mode)
            writer.WriteUInt32(mode);
        if (Times is { } times)
        {
            writer.WriteUInt32(ToSeconds(times.Access));
            writer.WriteUInt32(ToSeconds(times.Modify));
        }
    }

    private static DateTimeOffset ReadTime(ref SshReader reader) => DateTimeOffset.FromUnixTimeSeconds(reader.ReadUInt32());

    private static uint ToSeconds(DateTimeOffset time) => (uint)Math.Clamp(time.ToUnixTimeSeconds(), 0, uint.MaxValue);
}
