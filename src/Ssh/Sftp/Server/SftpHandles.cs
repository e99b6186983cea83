using System.Buffers.Binary;

namespace Teleport.Ssh.Sftp.Server;

/// <summary>The open files and directories of a client. A handle is a number that is never used again.</summary>
internal sealed class SftpHandles(int limit) : IDisposable
{
    private readonly Dictionary<uint, OpenFile> _files = [];
    private readonly Dictionary<uint, IEnumerator<SftpEntry>> _directories = [];
    private uint _last;

    public void RequireRoom()
    {
        if (_files.Count + _directories.Count >= limit)
            throw new SftpException(SftpStatus.Failure, $"{limit} files are open already.");
    }

    public byte[] Add(OpenFile file)
    {
        _files.Add(++_last, file);
        return Encode(_last);
    }

    public byte[] Add(IEnumerator<SftpEntry> directory)
    {
        _directories.Add(++_last, directory);
        return Encode(_last);
    }

    public OpenFile File(ReadOnlySpan<byte> handle) => _files.GetValueOrDefault(Decode(handle)) ?? throw Invalid();

    public IEnumerator<SftpEntry> Directory(ReadOnlySpan<byte> handle) => _directories.GetValueOrDefault(Decode(handle)) ?? throw Invalid();

    /// <returns>The file, or null when it was a directory.</returns>
    public OpenFile? Close(ReadOnlySpan<byte> handle)
    {
        uint id = Decode(handle);
        if (_directories.Remove(id, out IEnumerator<SftpEntry>? directory))
        {
            directory.Dispose();
            return null;
        }

        if (!_files.Remove(id, out OpenFile? file))
            throw Invalid();
        file.File.Dispose();
        return file;
    }

    /// <summary>Closes all; gives back the files, for audit.</summary>
    public IReadOnlyList<OpenFile> CloseAll()
    {
        OpenFile[] files = [.. _files.Values];
        Dispose();
        return files;
    }

    public void Dispose()
    {
        foreach (OpenFile file in _files.Values)
            file.File.Dispose();
        foreach (IEnumerator<SftpEntry> directory in _directories.Values)
            directory.Dispose();
        _files.Clear();
        _directories.Clear();
    }

    private static byte[] Encode(uint id)
    {
        byte[] handle = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(handle, id);
        return handle;
    }

    private static uint Decode(ReadOnlySpan<byte> handle) =>
        handle.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(handle) : throw Invalid();

    private static SftpException Invalid() => new(SftpStatus.Failure, "The handle is not open.");

    internal sealed class OpenFile(string path, ISftpFile file)
    {
        public string Path { get; } = path;

        public ISftpFile File { get; } = file;

        public long BytesRead { get; set; }

        public long BytesWritten { get; set; }
    }
}
