namespace Teleport.Ssh.Sftp.Local;

/// <summary>Translates attributes between the protocol and Linux.</summary>
internal static class LocalAttributes
{
    public const uint AllFields = 0x7ff; // STATX_BASIC_STATS

    /// <summary>Mode bits that a client may set with chmod: setuid and the like included, as it acts as the user.</summary>
    public const uint ModeMask = 0xfff;

    public static SftpAttributes From(in LibC.FileStatus status) => new()
    {
        Size = status.Size,
        Owner = (status.UserId, status.GroupId),
        Mode = status.Mode,
        Times = (FromSeconds(status.AccessTime), FromSeconds(status.ModifyTime)),
    };

    public static SftpVolume From(in LibC.VolumeStatus status) => new()
    {
        BlockSize = status.BlockSize,
        FragmentSize = status.FragmentSize,
        Blocks = status.Blocks,
        FreeBlocks = status.FreeBlocks,
        AvailableBlocks = status.AvailableBlocks,
        Files = status.Files,
        FreeFiles = status.FreeFiles,
        AvailableFiles = status.AvailableFiles,
        Id = status.Id,
        Flags = status.Flags & 3,
        MaxNameLength = status.MaxNameLength,
    };

    public static LibC.TimeValue[] ToTimes((DateTimeOffset Access, DateTimeOffset Modify) times) =>
        [new() { Seconds = times.Access.ToUnixTimeSeconds() }, new() { Seconds = times.Modify.ToUnixTimeSeconds() }];

    private static DateTimeOffset FromSeconds(long seconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, uint.MaxValue));
}
