using System.Runtime.CompilerServices;
using Teleport.Ssh.Sftp.Pipelining;
using Teleport.Ssh.Sftp.Transfers;

namespace Teleport.Ssh.Sftp;

/// <summary>A client of SFTP version 3. Safe for concurrent use: requests are pipelined.</summary>
/// <remarks>What a server sends is not trusted: names that would leave the target are refused (H16).</remarks>
public sealed class SftpClient : IAsyncDisposable
{
    private const int DefaultLength = 32 * 1024; // what every server takes
    private const int MaxLength = 128 * 1024;

    private SftpClient(SftpPipeline pipeline) => Pipeline = pipeline;

    /// <summary>The most bytes of one read.</summary>
    public int MaxReadLength { get; private set; } = DefaultLength;

    /// <summary>The most bytes of one write request; longer writes are split.</summary>
    public int MaxWriteLength { get; private set; } = DefaultLength;

    internal SftpPipeline Pipeline { get; }

    /// <summary>Begins over a channel on which the server's SFTP subsystem runs.</summary>
    /// <param name="channel">The channel's stream, which the client disposes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshException">The server does not speak SFTP.</exception>
    public static async Task<SftpClient> StartAsync(Stream channel, CancellationToken cancellationToken = default)
    {
        SftpClient client = new(await SftpPipeline.StartAsync(channel, cancellationToken));
        if (client.Supports(SftpExtension.Limits))
            await client.ReadLimitsAsync(cancellationToken);
        return client;
    }

    /// <summary>Whether the server offers an extension.</summary>
    /// <param name="extension">Its name.</param>
    public bool Supports(string extension) => Pipeline.Extensions.ContainsKey(extension);

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="flags">How.</param>
    /// <param name="attributes">Attributes of a file that is made; null leaves them to the server.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public async Task<SftpClientFile> OpenAsync(
        string path, SftpOpenFlags flags, SftpAttributes? attributes = null, CancellationToken cancellationToken = default)
    {
        using SftpReply reply = await Pipeline.SendAsync(
            SftpPacketType.Open,
            (ref SshWriter writer) =>
            {
                writer.WriteString(path);
                writer.WriteUInt32((uint)flags);
                (attributes ?? SftpAttributes.None).Write(ref writer);
            },
            cancellationToken: cancellationToken);
        SshReader reader = reply.Expect(SftpPacketType.Handle, $"open {path}");
        return new SftpClientFile(this, reader.ReadBinary(SftpPacketType.MaxHandleLength).ToArray(), path);
    }

    /// <summary>Lists a directory, without "." and "..".</summary>
    /// <param name="path">The directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed, or the server sent a name that is no plain file name.</exception>
    public async IAsyncEnumerable<SftpEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] handle;
        using (SftpReply opened = await SendPathAsync(SftpPacketType.OpenDirectory, path, cancellationToken))
            handle = ReadHandle(opened, path);

        try
        {
            while (await ReadEntriesAsync(handle, path, cancellationToken) is { Count: > 0 } entries)
            {
                foreach (SftpEntry entry in entries)
                {
                    if (entry.Name is "." or "..")
                        continue;

                    RemoteName.Check(entry.Name, path);
                    yield return entry;
                }
            }
        }
        finally
        {
            using SftpReply closed = await Pipeline.SendAsync(
                SftpPacketType.Close, (ref SshWriter writer) => writer.WriteBinary(handle), cancellationToken: CancellationToken.None);
        }
    }

    /// <summary>What is known of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followLinks">Whether of what a link points to, or of the link itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public async Task<SftpAttributes> GetAttributesAsync(string path, bool followLinks = true, CancellationToken cancellationToken = default)
    {
        using SftpReply reply = await SendPathAsync(followLinks ? SftpPacketType.Stat : SftpPacketType.LStat, path, cancellationToken);
        SshReader reader = reply.Expect(SftpPacketType.Attributes, $"look at {path}");
        return SftpAttributes.Read(ref reader);
    }

    /// <summary>Changes what is not null.</summary>
    /// <param name="path">The file.</param>
    /// <param name="attributes">The changes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task SetAttributesAsync(string path, SftpAttributes attributes, CancellationToken cancellationToken = default) =>
        SendForStatusAsync(SftpPacketType.SetStat, $"change {path}", (ref SshWriter writer) =>
        {
            writer.WriteString(path);
            attributes.Write(ref writer);
        }, cancellationToken);

    /// <summary>Changes what is not null of a link itself; needs lsetstat@openssh.com.</summary>
    /// <param name="path">The link.</param>
    /// <param name="attributes">The changes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task SetLinkAttributesAsync(string path, SftpAttributes attributes, CancellationToken cancellationToken = default) =>
        ExtendForStatusAsync(SftpExtension.LSetStat, $"change the link {path}", (ref SshWriter writer) =>
        {
            writer.WriteString(path);
            attributes.Write(ref writer);
        }, cancellationToken);

    /// <summary>Makes a directory.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="attributes">Its attributes; null leaves them to the server.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task MakeDirectoryAsync(string path, SftpAttributes? attributes = null, CancellationToken cancellationToken = default) =>
        SendForStatusAsync(SftpPacketType.MakeDirectory, $"make the directory {path}", (ref SshWriter writer) =>
        {
            writer.WriteString(path);
            (attributes ?? SftpAttributes.None).Write(ref writer);
        }, cancellationToken);

    /// <summary>Removes an empty directory.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task RemoveDirectoryAsync(string path, CancellationToken cancellationToken = default) =>
        SendForStatusAsync(SftpPacketType.RemoveDirectory, $"remove the directory {path}", (ref SshWriter writer) => writer.WriteString(path), cancellationToken);

    /// <summary>Removes a file or link.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task RemoveAsync(string path, CancellationToken cancellationToken = default) =>
        SendForStatusAsync(SftpPacketType.Remove, $"remove {path}", (ref SshWriter writer) => writer.WriteString(path), cancellationToken);

    /// <summary>Renames.</summary>
    /// <param name="oldPath">What.</param>
    /// <param name="newPath">To what.</param>
    /// <param name="replace">Whether it may replace what has that name; needs posix-rename@openssh.com.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task RenameAsync(string oldPath, string newPath, bool replace = false, CancellationToken cancellationToken = default) =>
        SendForStatusAsync(
            replace ? SftpPacketType.Extended : SftpPacketType.Rename,
            $"rename {oldPath} to {newPath}",
            (ref SshWriter writer) =>
            {
                if (replace)
                    writer.WriteString(SftpExtension.PosixRename);
                writer.WriteString(oldPath);
                writer.WriteString(newPath);
            },
            cancellationToken);

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="target">What it points to.</param>
    /// <param name="path">The link.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task MakeSymbolicLinkAsync(string target, string path, CancellationToken cancellationToken = default) =>
        SendForStatusAsync(SftpPacketType.SymbolicLink, $"make the link {path}", (ref SshWriter writer) =>
        {
            writer.WriteString(target); // in OpenSSH's order, which all servers follow
            writer.WriteString(path);
        }, cancellationToken);

    /// <summary>Makes a hard link; needs hardlink@openssh.com.</summary>
    /// <param name="target">The file.</param>
    /// <param name="path">Its further name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task MakeHardLinkAsync(string target, string path, CancellationToken cancellationToken = default) =>
        ExtendForStatusAsync(SftpExtension.HardLink, $"make the link {path}", (ref SshWriter writer) =>
        {
            writer.WriteString(target);
            writer.WriteString(path);
        }, cancellationToken);

    /// <summary>What a symbolic link says.</summary>
    /// <param name="path">The link.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task<string> ReadLinkAsync(string path, CancellationToken cancellationToken = default) =>
        SendForNameAsync(SftpPacketType.ReadLink, path, cancellationToken);

    /// <summary>The absolute path without links.</summary>
    /// <param name="path">The path; "." is the home directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public Task<string> GetRealPathAsync(string path, CancellationToken cancellationToken = default) =>
        SendForNameAsync(SftpPacketType.RealPath, path, cancellationToken);

    /// <summary>The absolute path, with a leading "~" as the home directory of a user; needs expand-path@openssh.com.</summary>
    /// <param name="path">The path.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public async Task<string> ExpandPathAsync(string path, CancellationToken cancellationToken = default)
    {
        using SftpReply reply = await ExtendAsync(SftpExtension.ExpandPath, (ref SshWriter writer) => writer.WriteString(path), cancellationToken);
        return ReadName(reply, path);
    }

    /// <summary>The file system that a path is on; needs statvfs@openssh.com.</summary>
    /// <param name="path">The path.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SftpException">It failed.</exception>
    public async Task<SftpVolume> GetVolumeAsync(string path, CancellationToken cancellationToken = default)
    {
        using SftpReply reply = await ExtendAsync(SftpExtension.StatVfs, (ref SshWriter writer) => writer.WriteString(path), cancellationToken);
        SshReader reader = reply.Expect(SftpPacketType.ExtendedReply, $"look at the file system of {path}");
        return SftpVolume.Read(ref reader);
    }

    /// <summary>The names of users and groups by their ids; needs users-groups-by-id@openssh.com.</summary>
    /// <param name="userIds">Ids of users, at most 256.</param>
    /// <param name="groupIds">Ids of groups, at most 256.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A name for each id, in their order; empty where the server knows none.</returns>
    /// <exception cref="SftpException">It failed.</exception>
    public async Task<(IReadOnlyList<string> Users, IReadOnlyList<string> Groups)> GetNamesAsync(
        IReadOnlyList<uint> userIds, IReadOnlyList<uint> groupIds, CancellationToken cancellationToken = default)
    {
        using SftpReply reply = await ExtendAsync(SftpExtension.UsersGroupsById, (ref SshWriter writer) =>
        {
            writer.WriteBinary(AccountLists.WriteIds(userIds));
            writer.WriteBinary(AccountLists.WriteIds(groupIds));
        }, cancellationToken);
        SshReader reader = reply.Expect(SftpPacketType.ExtendedReply, "ask for names");
        string[] users = AccountLists.ReadNames(reader.ReadBinary(SftpPacketType.MaxLength), userIds.Count);
        return (users, AccountLists.ReadNames(reader.ReadBinary(SftpPacketType.MaxLength), groupIds.Count));
    }

    /// <summary>Copies a file or directory to the server.</summary>
    /// <param name="localPath">What.</param>
    /// <param name="remotePath">Where to: the new name, or an existing directory to put it into.</param>
    /// <param name="options">How, or null for the defaults.</param>
    /// <param name="cancellationToken">Gives up; what is there by then can be resumed.</param>
    /// <exception cref="SshException">A remote operation failed.</exception>
    /// <exception cref="IOException">A local operation failed.</exception>
    public Task UploadAsync(string localPath, string remotePath, SftpTransferOptions? options = null, CancellationToken cancellationToken = default) =>
        new SftpUpload(this, options ?? new SftpTransferOptions()).RunAsync(localPath, remotePath, cancellationToken);

    /// <summary>Copies a file or directory from the server.</summary>
    /// <param name="remotePath">What.</param>
    /// <param name="localPath">Where to: the new name, or an existing directory to put it into.</param>
    /// <param name="options">How, or null for the defaults.</param>
    /// <param name="cancellationToken">Gives up; what is there by then can be resumed.</param>
    /// <exception cref="SshException">A remote operation failed, or the server sent a name that is refused.</exception>
    /// <exception cref="IOException">A local operation failed.</exception>
    public Task DownloadAsync(string remotePath, string localPath, SftpTransferOptions? options = null, CancellationToken cancellationToken = default) =>
        new SftpDownload(this, options ?? new SftpTransferOptions()).RunAsync(remotePath, localPath, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Pipeline.DisposeAsync();

    /// <summary>Sends a request of an extension.</summary>
    /// <exception cref="SftpException">The server does not offer it.</exception>
    internal Task<SftpReply> ExtendAsync(string extension, Server.SftpReplies.Write body, CancellationToken cancellationToken)
    {
        if (!Supports(extension))
            throw new SftpException(SftpStatus.Unsupported, $"The SFTP server does not offer {extension}.");

        return Pipeline.SendAsync(
            SftpPacketType.Extended,
            (ref SshWriter writer) =>
            {
                writer.WriteString(extension);
                body(ref writer);
            },
            cancellationToken: cancellationToken);
    }

    internal async Task ExtendForStatusAsync(string extension, string what, Server.SftpReplies.Write body, CancellationToken cancellationToken)
    {
        using SftpReply reply = await ExtendAsync(extension, body, cancellationToken);
        reply.CheckStatus(what);
    }

    private async Task ReadLimitsAsync(CancellationToken cancellationToken)
    {
        using SftpReply reply = await Pipeline.SendAsync(
            SftpPacketType.Extended, (ref SshWriter writer) => writer.WriteString(SftpExtension.Limits), cancellationToken: cancellationToken);
        SshReader reader = reply.Expect(SftpPacketType.ExtendedReply, "ask for limits");
        _ = reader.ReadUInt64(); // packets
        MaxReadLength = LengthOf(reader.ReadUInt64());
        MaxWriteLength = LengthOf(reader.ReadUInt64());

        static int LengthOf(ulong limit) => limit == 0 ? DefaultLength : (int)Math.Clamp(limit, 1024, MaxLength);
    }

    private Task<SftpReply> SendPathAsync(byte type, string path, CancellationToken cancellationToken) =>
        Pipeline.SendAsync(type, (ref SshWriter writer) => writer.WriteString(path), cancellationToken: cancellationToken);

    private async Task SendForStatusAsync(byte type, string what, Server.SftpReplies.Write body, CancellationToken cancellationToken)
    {
        using SftpReply reply = await Pipeline.SendAsync(type, body, cancellationToken: cancellationToken);
        reply.CheckStatus(what);
    }

    private async Task<string> SendForNameAsync(byte type, string path, CancellationToken cancellationToken)
    {
        using SftpReply reply = await SendPathAsync(type, path, cancellationToken);
        return ReadName(reply, path);
    }

    private static string ReadName(SftpReply reply, string path)
    {
        SshReader reader = reply.Expect(SftpPacketType.Name, $"resolve {path}");
        return reader.ReadUInt32() == 1
            ? reader.ReadString(SftpPacketType.MaxPathLength)
            : throw new SshProtocolException("The SFTP server resolved a path to other than one name.");
    }

    private static byte[] ReadHandle(SftpReply reply, string path) =>
        reply.Expect(SftpPacketType.Handle, $"list {path}").ReadBinary(SftpPacketType.MaxHandleLength).ToArray();

    private async Task<List<SftpEntry>> ReadEntriesAsync(byte[] handle, string path, CancellationToken cancellationToken)
    {
        using SftpReply reply = await Pipeline.SendAsync(
            SftpPacketType.ReadDirectory, (ref SshWriter writer) => writer.WriteBinary(handle), cancellationToken: cancellationToken);
        List<SftpEntry> entries = [];
        if (reply.Type == SftpPacketType.Status && reply.CheckStatus($"list {path}", SftpStatus.EndOfFile) == SftpStatus.EndOfFile)
            return entries;

        SshReader reader = reply.Expect(SftpPacketType.Name, $"list {path}");
        for (uint count = reader.ReadUInt32(); count > 0; count--)
        {
            string name = reader.ReadString(SftpPacketType.MaxPathLength);
            string longName = reader.ReadString(SftpPacketType.MaxLength);
            entries.Add(new SftpEntry(name, longName, SftpAttributes.Read(ref reader)));
        }

        return entries;
    }
}
