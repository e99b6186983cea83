namespace Teleport.Ssh.Sftp;

/// <summary>Facts about the file system that a file is on (statvfs(3)).</summary>
public sealed record SftpVolume
{
    /// <summary>Preferred block size.</summary>
    public ulong BlockSize { get; init; }

    /// <summary>Unit of the block counts.</summary>
    public ulong FragmentSize { get; init; }

    /// <summary>All blocks.</summary>
    public ulong Blocks { get; init; }

    /// <summary>Free blocks.</summary>
    public ulong FreeBlocks { get; init; }

    /// <summary>Blocks that are free for ordinary users.</summary>
    public ulong AvailableBlocks { get; init; }

    /// <summary>All files.</summary>
    public ulong Files { get; init; }

    /// <summary>Files that could still be made.</summary>
    public ulong FreeFiles { get; init; }

    /// <summary>Files that ordinary users could still make.</summary>
    public ulong AvailableFiles { get; init; }

    /// <summary>Its id.</summary>
    public ulong Id { get; init; }

    /// <summary>1 read-only, 2 setuid bits ignored.</summary>
    public ulong Flags { get; init; }

    /// <summary>Longest name.</summary>
    public ulong MaxNameLength { get; init; }

    /// <summary>Reads eleven uint64 in the order of the properties.</summary>
    internal static SftpVolume Read(ref SshReader reader) => new()
    {
        BlockSize = reader.ReadUInt64(),
        FragmentSize = reader.ReadUInt64(),
        Blocks = reader.ReadUInt64(),
        FreeBlocks = reader.ReadUInt64(),
        AvailableBlocks = reader.ReadUInt64(),
        Files = reader.ReadUInt64(),
        FreeFiles = reader.ReadUInt64(),
        AvailableFiles = reader.ReadUInt64(),
        Id = reader.ReadUInt64(),
        Flags = reader.ReadUInt64(),
        MaxNameLength = reader.ReadUInt64(),
    };

    internal void Write(ref SshWriter writer)
    {
        writer.WriteUInt64(BlockSize);
        writer.WriteUInt64(FragmentSize);
        writer.WriteUInt64(Blocks);
        writer.WriteUInt64(FreeBlocks);
        writer.WriteUInt64(AvailableBlocks);
        writer.WriteUInt64(Files);
        writer.WriteUInt64(FreeFiles);
        writer.WriteUInt64(AvailableFiles);
        writer.WriteUInt64(Id);
        writer.WriteUInt64(Flags);
        writer.WriteUInt64(MaxNameLength);
    }
}
