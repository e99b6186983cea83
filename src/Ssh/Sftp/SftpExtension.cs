namespace Teleport.Ssh.Sftp;

/// <summary>Names of extensions of OpenSSH (its PROTOCOL, section 4).</summary>
internal static class SftpExtension
{
    public const string PosixRename = "posix-rename@openssh.com";
    public const string StatVfs = "statvfs@openssh.com";
    public const string FStatVfs = "fstatvfs@openssh.com";
    public const string HardLink = "hardlink@openssh.com";
    public const string FSync = "fsync@openssh.com";
    public const string LSetStat = "lsetstat@openssh.com";
    public const string Limits = "limits@openssh.com";
    public const string ExpandPath = "expand-path@openssh.com";
    public const string CopyData = "copy-data";
    public const string HomeDirectory = "home-directory";
    public const string UsersGroupsById = "users-groups-by-id@openssh.com";

    /// <summary>What our server offers, with the versions.</summary>
    public static readonly IReadOnlyList<(string Name, string Version)> Offered =
    [
        (PosixRename, "1"), (StatVfs, "2"), (FStatVfs, "2"), (HardLink, "1"), (FSync, "1"), (LSetStat, "1"), (Limits, "1"),
        (ExpandPath, "1"), (CopyData, "1"), (HomeDirectory, "1"), (UsersGroupsById, "1"),
    ];
}
