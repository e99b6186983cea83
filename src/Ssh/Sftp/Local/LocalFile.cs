using Microsoft.Win32.SafeHandles;

namespace Teleport.Ssh.Sftp.Local;

/// <summary>An open file of Linux.</summary>
internal sealed class LocalFile(SafeFileHandle handle) : ISftpFile
{
    public int Read(long offset, Span<byte> buffer)
    {
        try
        {
            return RandomAccess.Read(handle, buffer, offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LocalErrors.From(exception);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            RandomAccess.Write(handle, data, offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LocalErrors.From(exception);
        }
    }

    public void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.From(exception);
        }
    }

    public SftpAttributes GetAttributes()
    {
        LocalErrors.Check(LibC.StatX(handle, "", LibC.EmptyPath, LocalAttributes.AllFields, out LibC.FileStatus status));
        return LocalAttributes.From(status);
    }

    public void SetAttributes(SftpAttributes attributes)
    {
        if (attributes.Size is { } size)
            LocalErrors.Check(LibC.ChangeSize(handle, checked((long)Math.Min(size, long.MaxValue))));
        if (attributes.Mode is { } mode)
            LocalErrors.Check(LibC.ChangeMode(handle, mode & LocalAttributes.ModeMask));
        if (attributes.Times is { } times)
            LocalErrors.Check(LibC.ChangeTimes(handle, LocalAttributes.ToTimes(times)));
        if (attributes.Owner is { } owner)
            LocalErrors.Check(LibC.ChangeOwner(handle, owner.UserId, owner.GroupId));
    }

    public SftpVolume GetVolume()
    {
        LocalErrors.Check(LibC.StatVfs(handle, out LibC.VolumeStatus status));
        return LocalAttributes.From(status);
    }

    public void Dispose() => handle.Dispose();
}
