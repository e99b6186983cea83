using System.Runtime.InteropServices;

namespace Teleport.Ssh.Sftp.Local;

/// <summary>Turns errno into what the protocol says.</summary>
internal static class LocalErrors
{
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int BadDescriptor = 9;
    private const int AccessDenied = 13;
    private const int NotDirectory = 20;
    private const int InvalidArgument = 22;
    private const int ReadOnlyFileSystem = 30;
    private const int NameTooLong = 36;
    private const int NotImplemented = 38;
    private const int TooManyLinks = 40;
    private const int NotSupported = 95;

    /// <summary>Throws when a function of libc has failed.</summary>
    public static void Check(long result)
    {
        if (result < 0)
            throw Last();
    }

    public static bool IsLastNoEntry => Marshal.GetLastPInvokeError() == NoEntry;

    /// <summary>The failure of the last function of libc.</summary>
    public static SftpException Last()
    {
        int errno = Marshal.GetLastPInvokeError();
        return new SftpException(StatusOf(errno), Marshal.GetPInvokeErrorMessage(errno));
    }

    /// <summary>A failure of the base library.</summary>
    public static SftpException From(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => new SftpException(SftpStatus.NoSuchFile, "No such file or directory", exception),
        UnauthorizedAccessException => new SftpException(SftpStatus.PermissionDenied, "Permission denied", exception),
        _ => new SftpException(SftpStatus.Failure, exception.Message, exception),
    };

    private static SftpStatus StatusOf(int errno) => errno switch
    {
        NoEntry or NotDirectory or BadDescriptor or TooManyLinks => SftpStatus.NoSuchFile,
        NotPermitted or AccessDenied or ReadOnlyFileSystem => SftpStatus.PermissionDenied,
        NameTooLong or InvalidArgument => SftpStatus.BadMessage,
        NotImplemented or NotSupported => SftpStatus.Unsupported,
        _ => SftpStatus.Failure,
    };
}
