using Microsoft.Win32.SafeHandles;

namespace Teleport.Ssh.Sftp.Transfers;

/// <summary>Opens local files that a peer's data is written to.</summary>
internal static class LocalTarget
{
    private const uint DefaultMode = 0x1a4; // rw-r--r--

    /// <summary>Opens or makes a file; one that is there is emptied unless it is resumed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">The peer's wish, of which only the permissions of user, group and others count (H16).</param>
    /// <param name="resume">Whether to keep what is there.</param>
    public static SafeFileHandle Open(string path, uint? mode, bool resume)
    {
        FileStreamOptions options = new()
        {
            Mode = resume ? FileMode.OpenOrCreate : FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = (UnixFileMode)((mode ?? DefaultMode) & SftpAttributes.PermissionMask) | UnixFileMode.UserWrite;

        // The handle alone cannot be made with a mode.
        using FileStream made = new(path, options);
        return File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, FileOptions.Asynchronous);
    }

    /// <summary>Refuses a link where a peer decides what is written next.</summary>
    /// <exception cref="SftpException">The path is a symbolic link.</exception>
    public static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
            throw new SftpException(SftpStatus.Failure, $"{path} is a symbolic link; it is not followed. Remove it, or copy to another place.");
    }

    /// <summary>Sets permissions and time of the last change, where known.</summary>
    public static void Preserve(string path, uint? mode, DateTimeOffset? modified)
    {
        if (mode is { } bits && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)(bits & SftpAttributes.PermissionMask));
        if (modified is { } time)
            File.SetLastWriteTimeUtc(path, time.UtcDateTime);
    }
}
