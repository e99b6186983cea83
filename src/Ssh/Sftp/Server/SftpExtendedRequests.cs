using System.Buffers;

namespace Teleport.Ssh.Sftp.Server;

/// <summary>Answers the extensions of OpenSSH (its PROTOCOL, section 4).</summary>
internal sealed class SftpExtendedRequests(ISftpFileSystem fileSystem, SftpHandles handles, SftpReplies replies, SftpRequests requests)
{
    private const int MaxIds = 1024;
    private const int CopyBufferSize = 256 * 1024;

    public int Answer(uint id, ref SshReader reader, IBufferWriter<byte> output)
    {
        string name = reader.ReadString(256);
        switch (name)
        {
            case SftpExtension.PosixRename:
                requests.Rename(SftpRequests.ReadPath(ref reader), SftpRequests.ReadPath(ref reader), replace: true);
                break;
            case SftpExtension.HardLink:
                requests.Link(SftpRequests.ReadPath(ref reader), SftpRequests.ReadPath(ref reader), symbolic: false);
                break;
            case SftpExtension.LSetStat:
                requests.SetAttributes(SftpRequests.ReadPath(ref reader), SftpAttributes.Read(ref reader), followLinks: false);
                break;
            case SftpExtension.FSync:
                handles.File(SftpRequests.ReadHandle(ref reader)).File.Flush();
                break;
            case SftpExtension.CopyData:
                CopyData(ref reader);
                break;
            case SftpExtension.Limits:
                return SendLimits(id, output);
            case SftpExtension.ExpandPath:
                return requests.SendPath(output, id, fileSystem.GetRealPath(SftpRequests.ReadPath(ref reader), expandHome: true));
            case SftpExtension.HomeDirectory:
                string user = SftpRequests.ReadPath(ref reader);
                return requests.SendPath(output, id, fileSystem.GetRealPath("~" + user, expandHome: true));
            case SftpExtension.StatVfs:
                return SendVolume(id, Facts().GetVolume(SftpRequests.ReadPath(ref reader)), output);
            case SftpExtension.FStatVfs:
                return SendVolume(id, handles.File(SftpRequests.ReadHandle(ref reader)).File.GetVolume(), output);
            case SftpExtension.UsersGroupsById:
                return SendNames(id, ref reader, output);
            default:
                throw new SftpException(SftpStatus.Unsupported, $"The extension '{TextForPeople.Clean(name)}' is not known.");
        }

        return replies.SendStatus(output, id, SftpStatus.Ok);
    }

    private ISftpFileSystemFacts Facts() =>
        fileSystem as ISftpFileSystemFacts ?? throw new SftpException(SftpStatus.Unsupported, "The file system does not know that.");

    /// <summary>string source handle, uint64 offset, uint64 length (0 is all), string target handle, uint64 offset.</summary>
    private void CopyData(ref SshReader reader)
    {
        SftpHandles.OpenFile source = handles.File(SftpRequests.ReadHandle(ref reader));
        ulong sourceOffset = reader.ReadUInt64();
        ulong length = reader.ReadUInt64();
        SftpHandles.OpenFile target = handles.File(SftpRequests.ReadHandle(ref reader));
        ulong targetOffset = reader.ReadUInt64();
        if (ReferenceEquals(source, target))
            throw new SftpException(SftpStatus.Failure, "A file cannot be copied into itself.");
        if (sourceOffset > long.MaxValue || targetOffset > long.MaxValue || length > long.MaxValue)
            throw new SftpException(SftpStatus.BadMessage, "An offset is too large.");

        // What is there now: a file that grows by the copy would never end.
        ulong size = source.File.GetAttributes().Size ?? 0;
        ulong available = size > sourceOffset ? size - sourceOffset : 0;
        ulong left = length == 0 ? available : Math.Min(length, available);

        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        try
        {
            for (ulong copied = 0; left > 0;)
            {
                int read = source.File.Read((long)(sourceOffset + copied), buffer.AsSpan(0, (int)Math.Min(left, CopyBufferSize)));
                if (read == 0)
                    break;

                target.File.Write((long)(targetOffset + copied), buffer.AsSpan(0, read));
                target.BytesWritten += read;
                copied += (ulong)read;
                left -= (ulong)read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int SendLimits(uint id, IBufferWriter<byte> output) =>
        replies.Send(output, SftpPacketType.ExtendedReply, id, (ref SshWriter writer) =>
        {
            writer.WriteUInt64(SftpPacketType.MaxLength);
            writer.WriteUInt64(SftpPacketType.MaxData);
            writer.WriteUInt64(SftpPacketType.MaxData);
            writer.WriteUInt64((ulong)requests.MaxHandles);
        });

    private int SendVolume(uint id, SftpVolume volume, IBufferWriter<byte> output) =>
        replies.Send(output, SftpPacketType.ExtendedReply, id, volume.Write);

    /// <summary>string of uint32 user ids, string of uint32 group ids; answered by a string of names for each.</summary>
    private int SendNames(uint id, ref SshReader reader, IBufferWriter<byte> output)
    {
        byte[] users = Names(reader.ReadBinary(MaxIds * 4), Facts().FindUserName);
        byte[] groups = Names(reader.ReadBinary(MaxIds * 4), Facts().FindGroupName);
        return replies.Send(output, SftpPacketType.ExtendedReply, id, (ref SshWriter writer) =>
        {
            writer.WriteBinary(users);
            writer.WriteBinary(groups);
        });
    }

    private static byte[] Names(ReadOnlySpan<byte> ids, Func<uint, string?> find)
    {
        SshReader reader = new(ids);
        ArrayBufferWriter<byte> names = new();
        SshWriter writer = new(names);
        while (reader.Remaining > 0)
            writer.WriteString(find(reader.ReadUInt32()) ?? "");
        return names.WrittenSpan.ToArray();
    }
}
