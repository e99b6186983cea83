using Teleport.Ssh.Sftp.Local;

namespace Teleport.Ssh.Sftp.Transfers;

/// <summary>Tells what of the local files can be sent.</summary>
internal static class LocalSource
{
    /// <summary>Whether a path leads to a regular file: opening a pipe would wait for its other end.</summary>
    /// <remarks>Only Linux is asked; the base library cannot tell a pipe from a file.</remarks>
    public static bool IsRegularFile(FileInfo file) =>
        !OperatingSystem.IsLinux()
        || (LibC.StatX(LibC.CurrentFolder, file.FullName, 0, LocalAttributes.AllFields, out LibC.FileStatus status) == 0
            && LocalAttributes.From(status).IsRegularFile);
}
