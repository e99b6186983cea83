namespace Teleport.Ssh.Sftp;

/// <summary>What an <see cref="SftpServer"/> serves. Paths are as the client sent them: relative ones begin at the home directory.</summary>
/// <remarks>Used by one request at a time. All failures are <see cref="SftpException"/>s.</remarks>
public interface ISftpFileSystem
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="flags">How.</param>
    /// <param name="attributes">Attributes of a file that is made.</param>
    ISftpFile Open(string path, SftpOpenFlags flags, SftpAttributes attributes);

    /// <summary>The entries of a directory, "." and ".." included. Fails at once if there is no such directory.</summary>
    /// <param name="path">The directory.</param>
    IEnumerator<SftpEntry> OpenDirectory(string path);

    /// <summary>What is known of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followLinks">Whether of what a link points to, or of the link itself.</param>
    SftpAttributes GetAttributes(string path, bool followLinks);

    /// <summary>Changes what is not null.</summary>
    /// <param name="path">The file.</param>
    /// <param name="attributes">The changes.</param>
    /// <param name="followLinks">Whether what a link points to, or the link itself.</param>
    void SetAttributes(string path, SftpAttributes attributes, bool followLinks);

    /// <summary>Makes a directory.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="attributes">Its attributes.</param>
    void MakeDirectory(string path, SftpAttributes attributes);

    /// <summary>Removes a file or an empty directory.</summary>
    /// <param name="path">What.</param>
    /// <param name="directory">Which of both it has to be.</param>
    void Remove(string path, bool directory);

    /// <summary>Renames.</summary>
    /// <param name="oldPath">What.</param>
    /// <param name="newPath">To what.</param>
    /// <param name="replace">Whether it may replace what has that name, at once; else that is a failure.</param>
    void Rename(string oldPath, string newPath, bool replace);

    /// <summary>Makes a link.</summary>
    /// <param name="target">What it points to; for a symbolic link any text.</param>
    /// <param name="path">The link.</param>
    /// <param name="symbolic">Symbolic, or hard.</param>
    void Link(string target, string path, bool symbolic);

    /// <summary>What a symbolic link says.</summary>
    /// <param name="path">The link.</param>
    string ReadLink(string path);

    /// <summary>The absolute path without links; the last part need not exist. A leading "~" is the home directory of a user.</summary>
    /// <param name="path">The path; empty is the home directory.</param>
    /// <param name="expandHome">Whether "~" is special.</param>
    string GetRealPath(string path, bool expandHome);
}
