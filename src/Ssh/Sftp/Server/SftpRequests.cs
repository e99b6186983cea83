using System.Buffers;

namespace Teleport.Ssh.Sftp.Server;

/// <summary>Answers the requests of one client. One file operation per packet type; extensions are <see cref="SftpExtendedRequests"/>.</summary>
internal sealed class SftpRequests(ISftpFileSystem fileSystem, SftpServerOptions options) : IDisposable
{
    private const int MaxEntries = 128;

    private readonly SftpHandles _handles = new(options.MaxHandles);
    private readonly SftpReplies _replies = new();
    private bool _initialized;

    /// <summary>Answers one packet.</summary>
    /// <returns>The bytes written.</returns>
    /// <exception cref="SshProtocolException">The packet cannot be answered: it has no id, or the client did not begin as it must.</exception>
    public int Handle(ReadOnlySpan<byte> packet, IBufferWriter<byte> output)
    {
        SshReader reader = new(packet);
        byte type = reader.ReadByte();
        if (!_initialized)
            return Initialize(type, ref reader, output);

        uint id = reader.ReadUInt32();
        try
        {
            return Answer(type, id, ref reader, output);
        }
        catch (SftpException exception)
        {
            return _replies.SendStatus(output, id, exception.Status, exception.Message);
        }
        catch (SshProtocolException exception)
        {
            return _replies.SendStatus(output, id, SftpStatus.BadMessage, exception.Message);
        }
    }

    public void Dispose()
    {
        foreach (SftpHandles.OpenFile file in _handles.CloseAll())
            ReportClosed(file);
    }

    private int Initialize(byte type, ref SshReader reader, IBufferWriter<byte> output)
    {
        if (type != SftpPacketType.Init)
            throw new SshProtocolException($"The SFTP client begins with packet type {type} instead of {SftpPacketType.Init}.");

        uint version = reader.ReadUInt32();
        if (version < SftpPacketType.Version)
            throw new SshProtocolException($"The SFTP client speaks version {version} only; {SftpPacketType.Version} is needed.");

        _initialized = true;
        return _replies.Send(output, SftpPacketType.VersionReply, SftpPacketType.Version, static (ref SshWriter writer) =>
        {
            foreach ((string name, string extensionVersion) in SftpExtension.Offered)
            {
                writer.WriteString(name);
                writer.WriteString(extensionVersion);
            }
        });
    }

    private int Answer(byte type, uint id, ref SshReader reader, IBufferWriter<byte> output)
    {
        switch (type)
        {
            case SftpPacketType.Open:
                return SendHandle(output, id, Open(ref reader));
            case SftpPacketType.Close:
                if (_handles.Close(ReadHandle(ref reader)) is { } closed)
                    ReportClosed(closed);
                return SendOk(output, id);
            case SftpPacketType.Read:
                return Read(id, ref reader, output);
            case SftpPacketType.Write:
                Write(ref reader);
                return SendOk(output, id);
            case SftpPacketType.Stat or SftpPacketType.LStat:
                return SendAttributes(output, id, fileSystem.GetAttributes(ReadPath(ref reader), type == SftpPacketType.Stat));
            case SftpPacketType.FStat:
                return SendAttributes(output, id, _handles.File(ReadHandle(ref reader)).File.GetAttributes());
            case SftpPacketType.SetStat:
                SetAttributes(ReadPath(ref reader), SftpAttributes.Read(ref reader), followLinks: true);
                return SendOk(output, id);
            case SftpPacketType.FSetStat:
                SetAttributes(_handles.File(ReadHandle(ref reader)), SftpAttributes.Read(ref reader));
                return SendOk(output, id);
            case SftpPacketType.OpenDirectory:
                return SendHandle(output, id, OpenDirectory(ref reader));
            case SftpPacketType.ReadDirectory:
                return ReadDirectory(id, ref reader, output);
            case SftpPacketType.RealPath:
                return SendPath(output, id, fileSystem.GetRealPath(ReadPath(ref reader), expandHome: false));
            case SftpPacketType.ReadLink:
                return SendPath(output, id, fileSystem.ReadLink(ReadPath(ref reader)));
            case SftpPacketType.Extended:
                return new SftpExtendedRequests(fileSystem, _handles, _replies, this).Answer(id, ref reader, output);
            case SftpPacketType.Remove or SftpPacketType.RemoveDirectory or SftpPacketType.MakeDirectory or SftpPacketType.Rename or SftpPacketType.SymbolicLink:
                ChangeNames(type, ref reader);
                return SendOk(output, id);
            default:
                throw new SftpException(SftpStatus.Unsupported, $"Packets of type {type} are not known.");
        }
    }

    private void ChangeNames(byte type, ref SshReader reader)
    {
        string path = ReadPath(ref reader);
        switch (type)
        {
            case SftpPacketType.Remove:
                Change(new SftpEvent(SftpAction.Remove, path, SftpStatus.Ok), () => fileSystem.Remove(path, directory: false));
                break;
            case SftpPacketType.RemoveDirectory:
                Change(new SftpEvent(SftpAction.RemoveDirectory, path, SftpStatus.Ok), () => fileSystem.Remove(path, directory: true));
                break;
            case SftpPacketType.MakeDirectory:
                SftpAttributes attributes = SftpAttributes.Read(ref reader);
                Change(
                    new SftpEvent(SftpAction.MakeDirectory, path, SftpStatus.Ok) { Attributes = attributes },
                    () => fileSystem.MakeDirectory(path, attributes));
                break;
            case SftpPacketType.Rename:
                Rename(path, ReadPath(ref reader), replace: false);
                break;
            default:
                // OpenSSH sends the target first, unlike the draft; everyone does as OpenSSH does.
                Link(target: path, ReadPath(ref reader), symbolic: true);
                break;
        }
    }

    public static string ReadPath(ref SshReader reader)
    {
        string path = reader.ReadString(SftpPacketType.MaxPathLength);
        return path.Contains('\0', StringComparison.Ordinal) ? throw new SshProtocolException("A path contains a NUL.") : path;
    }

    public static ReadOnlySpan<byte> ReadHandle(ref SshReader reader) => reader.ReadBinary(SftpPacketType.MaxHandleLength);

    /// <summary>Does something that changes files, unless that is forbidden, and reports it however it ends.</summary>
    public void Change(SftpEvent report, Action action)
    {
        try
        {
            if (options.ReadOnly)
                throw new SftpException(SftpStatus.PermissionDenied, "Files cannot be changed here.");

            action();
            options.OnEvent?.Invoke(report);
        }
        catch (SftpException exception)
        {
            options.OnEvent?.Invoke(report with { Status = exception.Status });
            throw;
        }
    }

    public void SetAttributes(string path, SftpAttributes attributes, bool followLinks) => Change(
        new SftpEvent(SftpAction.SetAttributes, path, SftpStatus.Ok) { Attributes = attributes },
        () => fileSystem.SetAttributes(path, attributes, followLinks));

    public void Rename(string oldPath, string newPath, bool replace) => Change(
        new SftpEvent(SftpAction.Rename, oldPath, SftpStatus.Ok) { Target = newPath },
        () => fileSystem.Rename(oldPath, newPath, replace));

    public void Link(string target, string path, bool symbolic) => Change(
        new SftpEvent(symbolic ? SftpAction.SymbolicLink : SftpAction.HardLink, path, SftpStatus.Ok) { Target = target },
        () => fileSystem.Link(target, path, symbolic));

    private byte[] Open(ref SshReader reader)
    {
        string path = ReadPath(ref reader);
        SftpOpenFlags flags = (SftpOpenFlags)reader.ReadUInt32();
        SftpAttributes attributes = SftpAttributes.Read(ref reader);
        _handles.RequireRoom();

        ISftpFile? file = null;
        SftpEvent report = new(SftpAction.Open, path, SftpStatus.Ok) { Flags = flags, Attributes = attributes };
        if ((flags & ~SftpOpenFlags.Read) == 0)
            Observe(report, () => file = fileSystem.Open(path, flags, attributes));
        else
            Change(report, () => file = fileSystem.Open(path, flags, attributes));
        return _handles.Add(new SftpHandles.OpenFile(path, file!));
    }

    private byte[] OpenDirectory(ref SshReader reader)
    {
        string path = ReadPath(ref reader);
        _handles.RequireRoom();
        IEnumerator<SftpEntry>? directory = null;
        Observe(new SftpEvent(SftpAction.OpenDirectory, path, SftpStatus.Ok), () => directory = fileSystem.OpenDirectory(path));
        return _handles.Add(directory!);
    }

    private int Read(uint id, ref SshReader reader, IBufferWriter<byte> output)
    {
        SftpHandles.OpenFile file = _handles.File(ReadHandle(ref reader));
        long offset = ReadOffset(ref reader);
        int length = (int)Math.Min(reader.ReadUInt32(), SftpPacketType.MaxData);
        if (length == 0)
            throw new SftpException(SftpStatus.BadMessage, "A read of zero bytes.");

        (int size, int read) = SftpReplies.SendData(output, id, file.File, offset, length);
        file.BytesRead += read;
        return read > 0 ? size : _replies.SendStatus(output, id, SftpStatus.EndOfFile, "End of file");
    }

    private void Write(ref SshReader reader)
    {
        SftpHandles.OpenFile file = _handles.File(ReadHandle(ref reader));
        long offset = ReadOffset(ref reader);
        ReadOnlySpan<byte> data = reader.ReadBinary(SftpPacketType.MaxLength);
        file.File.Write(offset, data);
        file.BytesWritten += data.Length;
    }

    private int ReadDirectory(uint id, ref SshReader reader, IBufferWriter<byte> output)
    {
        IEnumerator<SftpEntry> directory = _handles.Directory(ReadHandle(ref reader));
        List<SftpEntry> entries = [];
        while (entries.Count < MaxEntries && directory.MoveNext())
            entries.Add(directory.Current);
        return entries.Count > 0 ? _replies.SendName(output, id, entries) : _replies.SendStatus(output, id, SftpStatus.EndOfFile, "End of directory");
    }

    private void SetAttributes(SftpHandles.OpenFile file, SftpAttributes attributes) => Change(
        new SftpEvent(SftpAction.SetAttributes, file.Path, SftpStatus.Ok) { Attributes = attributes },
        () => file.File.SetAttributes(attributes));

    private static long ReadOffset(ref SshReader reader)
    {
        ulong offset = reader.ReadUInt64();
        return offset <= long.MaxValue - SftpPacketType.MaxLength ? (long)offset : throw new SftpException(SftpStatus.BadMessage, "The offset is too large.");
    }

    private void Observe(SftpEvent report, Action action)
    {
        try
        {
            action();
            options.OnEvent?.Invoke(report);
        }
        catch (SftpException exception)
        {
            options.OnEvent?.Invoke(report with { Status = exception.Status });
            throw;
        }
    }

    private void ReportClosed(SftpHandles.OpenFile file) => options.OnEvent?.Invoke(
        new SftpEvent(SftpAction.Close, file.Path, SftpStatus.Ok) { BytesRead = file.BytesRead, BytesWritten = file.BytesWritten });

    private int SendOk(IBufferWriter<byte> output, uint id) => _replies.SendStatus(output, id, SftpStatus.Ok);

    private int SendHandle(IBufferWriter<byte> output, uint id, byte[] handle) =>
        _replies.Send(output, SftpPacketType.Handle, id, (ref SshWriter writer) => writer.WriteBinary(handle));

    private int SendAttributes(IBufferWriter<byte> output, uint id, SftpAttributes attributes) =>
        _replies.Send(output, SftpPacketType.Attributes, id, attributes.Write);

    public int SendPath(IBufferWriter<byte> output, uint id, string path) =>
        _replies.SendName(output, id, new SftpEntry(path, path, SftpAttributes.None));

    public int MaxHandles => options.MaxHandles;
}
