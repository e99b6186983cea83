using System.IO.Enumeration;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Teleport.Ssh.Sftp.Local;

namespace Teleport.Ssh.Sftp;

/// <summary>The files of this machine, with the rights of this process: run it as the user whom it serves.</summary>
/// <remarks>
/// Restricts nothing itself. Names that are not UTF-8 are listed with replacement characters and cannot be opened.
/// </remarks>
/// <param name="homeDirectory">The absolute path where relative paths begin.</param>
/// <param name="time">The clock, for the dates of long names.</param>
[SupportedOSPlatform("linux")]
public sealed class LocalFileSystem(string homeDirectory, TimeProvider time) : ISftpFileSystem, ISftpFileSystemFacts
{
    private const uint DefaultFileMode = 0x1b6; // rw-rw-rw-, less the umask
    private const uint DefaultDirectoryMode = 0x1ff; // rwxrwxrwx, less the umask
    private const int PathBufferSize = 4096 + 1;

    private readonly AccountNames _names = new();

    /// <inheritdoc/>
    public ISftpFile Open(string path, SftpOpenFlags flags, SftpAttributes attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        int native = LibC.CloseOnExec | LibC.NoTerminal | (flags & (SftpOpenFlags.Read | SftpOpenFlags.Write)) switch
        {
            SftpOpenFlags.Read => LibC.ReadOnly,
            SftpOpenFlags.Write => LibC.WriteOnly,
            SftpOpenFlags.Read | SftpOpenFlags.Write => LibC.ReadWrite,
            _ => throw new SftpException(SftpStatus.BadMessage, "A file has to be opened for reading or writing."),
        };
        native |= flags.HasFlag(SftpOpenFlags.Append) ? LibC.Append : 0;
        native |= flags.HasFlag(SftpOpenFlags.Create) ? LibC.Create : 0;
        native |= flags.HasFlag(SftpOpenFlags.Truncate) ? LibC.Truncate : 0;
        native |= flags.HasFlag(SftpOpenFlags.Exclusive) ? LibC.Exclusive : 0;

        SafeFileHandle handle = LibC.Open(Resolve(path), native, (attributes.Mode ?? DefaultFileMode) & SftpAttributes.PermissionMask);
        return handle.IsInvalid ? throw LocalErrors.Last() : new LocalFile(handle);
    }

    /// <inheritdoc/>
    public IEnumerator<SftpEntry> OpenDirectory(string path)
    {
        string folder = Resolve(path);
        try
        {
            FileSystemEnumerable<string> names = new(
                folder,
                static (ref FileSystemEntry entry) => entry.FileName.ToString(),
                new EnumerationOptions { AttributesToSkip = 0, ReturnSpecialDirectories = true, IgnoreInaccessible = false, RecurseSubdirectories = false });
            return Entries(folder, names.GetEnumerator());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.From(exception);
        }
    }

    /// <inheritdoc/>
    public SftpAttributes GetAttributes(string path, bool followLinks)
    {
        LocalErrors.Check(LibC.StatX(
            LibC.CurrentFolder, Resolve(path), followLinks ? 0 : LibC.NoFollow, LocalAttributes.AllFields, out LibC.FileStatus status));
        return LocalAttributes.From(status);
    }

    /// <inheritdoc/>
    public void SetAttributes(string path, SftpAttributes attributes, bool followLinks)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        string full = Resolve(path);
        int flags = followLinks ? 0 : LibC.NoFollow;
        if (attributes.Size is { } size)
        {
            if (!followLinks)
                throw new SftpException(SftpStatus.BadMessage, "A link has no size to set.");
            LocalErrors.Check(LibC.ChangeSize(full, (long)Math.Min(size, long.MaxValue)));
        }

        if (attributes.Mode is { } mode)
            LocalErrors.Check(LibC.ChangeMode(LibC.CurrentFolder, full, mode & LocalAttributes.ModeMask, flags));
        if (attributes.Times is { } times)
            LocalErrors.Check(LibC.ChangeTimes(LibC.CurrentFolder, full, LocalAttributes.ToTimes(times), flags));
        if (attributes.Owner is { } owner)
            LocalErrors.Check(LibC.ChangeOwner(LibC.CurrentFolder, full, owner.UserId, owner.GroupId, flags));
    }

    /// <inheritdoc/>
    public void MakeDirectory(string path, SftpAttributes attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        LocalErrors.Check(LibC.MakeDirectory(Resolve(path), (attributes.Mode ?? DefaultDirectoryMode) & SftpAttributes.PermissionMask));
    }

    /// <inheritdoc/>
    public void Remove(string path, bool directory) =>
        LocalErrors.Check(directory ? LibC.RemoveDirectory(Resolve(path)) : LibC.Unlink(Resolve(path)));

    /// <inheritdoc/>
    public void Rename(string oldPath, string newPath, bool replace)
    {
        string from = Resolve(oldPath);
        string to = Resolve(newPath);
        if (replace || GetAttributes(oldPath, followLinks: false).IsDirectory)
        {
            if (!replace && Exists(to))
                throw new SftpException(SftpStatus.Failure, "The new name exists already.");
            LocalErrors.Check(LibC.Rename(from, to));
            return;
        }

        // A hard link never replaces; so nothing is lost that appears in between.
        LocalErrors.Check(LibC.HardLink(from, to));
        if (LibC.Unlink(from) >= 0)
            return;

        SftpException failure = LocalErrors.Last();
        _ = LibC.Unlink(to);
        throw failure;
    }

    /// <inheritdoc/>
    public void Link(string target, string path, bool symbolic) =>
        LocalErrors.Check(symbolic ? LibC.SymbolicLink(target, Resolve(path)) : LibC.HardLink(Resolve(target), Resolve(path)));

    /// <inheritdoc/>
    public string ReadLink(string path)
    {
        Span<byte> buffer = stackalloc byte[PathBufferSize];
        nint length = LibC.ReadLink(Resolve(path), buffer, PathBufferSize);
        LocalErrors.Check(length);
        return Encoding.UTF8.GetString(buffer[..(int)length]);
    }

    /// <inheritdoc/>
    public string GetRealPath(string path, bool expandHome)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = Resolve(expandHome ? ExpandHome(path) : path);
        if (TryGetRealPath(full, out string? real))
            return real!;
        if (!LocalErrors.IsLastNoEntry)
            throw LocalErrors.Last();

        // The last part need not exist: a client asks before it makes a file.
        string trimmed = full.TrimEnd('/');
        int slash = trimmed.LastIndexOf('/');
        string folder = slash <= 0 ? "/" : trimmed[..slash];
        return TryGetRealPath(folder, out real) ? Path.Combine(real!, trimmed[(slash + 1)..]) : throw LocalErrors.Last();
    }

    /// <inheritdoc/>
    public SftpVolume GetVolume(string path)
    {
        LocalErrors.Check(LibC.StatVfs(Resolve(path), out LibC.VolumeStatus status));
        return LocalAttributes.From(status);
    }

    /// <inheritdoc/>
    public string? FindUserName(uint userId) => _names.FindUser(userId);

    /// <inheritdoc/>
    public string? FindGroupName(uint groupId) => _names.FindGroup(groupId);

    private IEnumerator<SftpEntry> Entries(string folder, IEnumerator<string> names)
    {
        using (names)
        {
            while (names.MoveNext())
            {
                string name = names.Current;
                int result = LibC.StatX(LibC.CurrentFolder, $"{folder}/{name}", LibC.NoFollow, LocalAttributes.AllFields, out LibC.FileStatus status);
                if (result < 0)
                    continue; // gone in between, or its name is not UTF-8

                string longName = LongName.Format(name, status, _names.FindUser(status.UserId), _names.FindGroup(status.GroupId), time.GetUtcNow());
                yield return new SftpEntry(name, longName, LocalAttributes.From(status));
            }
        }
    }

    private string Resolve(string path) => path.StartsWith('/') ? path : path.Length == 0 ? homeDirectory : $"{homeDirectory}/{path}";

    private string ExpandHome(string path)
    {
        if (!path.StartsWith('~'))
            return path;

        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string user = slash < 0 ? path[1..] : path[1..slash];
        string home = user.Length == 0
            ? homeDirectory
            : AccountNames.FindHome(user) ?? throw new SftpException(SftpStatus.NoSuchFile, $"There is no user '{TextForPeople.Clean(user)}'.");
        return slash < 0 ? home : home + path[slash..];
    }

    private static bool Exists(string path) => LibC.StatX(LibC.CurrentFolder, path, LibC.NoFollow, LocalAttributes.AllFields, out _) >= 0;

    private static bool TryGetRealPath(string path, out string? real)
    {
        Span<byte> buffer = stackalloc byte[PathBufferSize];
        if (LibC.RealPath(path, buffer) == 0)
        {
            real = null;
            return false;
        }

        int end = buffer.IndexOf((byte)0);
        real = Encoding.UTF8.GetString(buffer[..end]);
        return true;
    }
}
