using Teleport.Ssh.Sftp;

namespace Teleport.Fuzz.Targets;

/// <summary>A few files in memory, so that an SFTP server that is fuzzed touches nothing of the machine.</summary>
internal sealed class MemoryFiles : ISftpFileSystem, ISftpFileSystemFacts
{
    private const int MaxFiles = 100;
    private const int MaxSize = 1 << 16;

    private readonly Dictionary<string, MemoryFile> _files = new(StringComparer.Ordinal) { ["f"] = new(), ["/"] = new() };

    public ISftpFile Open(string path, SftpOpenFlags flags, SftpAttributes attributes)
    {
        if (flags.HasFlag(SftpOpenFlags.Create) && _files.Count < MaxFiles)
            _files.TryAdd(path, new MemoryFile());
        return Find(path);
    }

    public IEnumerator<SftpEntry> OpenDirectory(string path) =>
        _files.Keys.Select(name => new SftpEntry(name, name, SftpAttributes.None)).ToList().GetEnumerator();

    public SftpAttributes GetAttributes(string path, bool followLinks) => Find(path).GetAttributes();

    public void SetAttributes(string path, SftpAttributes attributes, bool followLinks) => Find(path).SetAttributes(attributes);

    public void MakeDirectory(string path, SftpAttributes attributes) => Open(path, SftpOpenFlags.Create, attributes);

    public void Remove(string path, bool directory)
    {
        if (!_files.Remove(path))
            throw Missing();
    }

    public void Rename(string oldPath, string newPath, bool replace)
    {
        MemoryFile file = Find(oldPath);
        _files.Remove(oldPath);
        _files[newPath] = file;
    }

    public void Link(string target, string path, bool symbolic)
    {
        if (_files.Count < MaxFiles)
            _files[path] = Find(target);
    }

    public string ReadLink(string path) => path;

    public string GetRealPath(string path, bool expandHome) => "/" + path;

    public SftpVolume GetVolume(string path) => Find(path).GetVolume();

    public string? FindUserName(uint userId) => userId == 0 ? "root" : null;

    public string? FindGroupName(uint groupId) => null;

    private MemoryFile Find(string path) => _files.GetValueOrDefault(path) ?? throw Missing();

    private static SftpException Missing() => new(SftpStatus.NoSuchFile, "No such file");

    private sealed class MemoryFile : ISftpFile
    {
        private byte[] _content = [1, 2, 3];

        public int Read(long offset, Span<byte> buffer)
        {
            if (offset >= _content.Length)
                return 0;

            int count = (int)Math.Min(buffer.Length, _content.Length - offset);
            _content.AsSpan((int)offset, count).CopyTo(buffer);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            if (offset + data.Length > MaxSize)
                throw new SftpException(SftpStatus.Failure, "The disk is full");

            if (_content.Length < offset + data.Length)
                Array.Resize(ref _content, (int)offset + data.Length);
            data.CopyTo(_content.AsSpan((int)offset));
        }

        public void Flush()
        {
            // Memory has nothing to write back.
        }

        public SftpAttributes GetAttributes() => new() { Size = (ulong)_content.Length, Mode = 0x81a4 };

        public void SetAttributes(SftpAttributes attributes)
        {
            if (attributes.Size is < MaxSize and { } size)
                Array.Resize(ref _content, (int)size);
        }

        public SftpVolume GetVolume() => new() { BlockSize = 4096 };

        public void Dispose()
        {
            // The content outlives its handles.
        }
    }
}
