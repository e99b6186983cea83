namespace Teleport.Ssh.Sftp;

/// <summary>What a file system may know besides, for some extensions.</summary>
public interface ISftpFileSystemFacts
{
    /// <summary>The file system that a path is on.</summary>
    /// <param name="path">The path.</param>
    SftpVolume GetVolume(string path);

    /// <summary>The name of a user; null when unknown.</summary>
    /// <param name="userId">The id.</param>
    string? FindUserName(uint userId);

    /// <summary>The name of a group; null when unknown.</summary>
    /// <param name="groupId">The id.</param>
    string? FindGroupName(uint groupId);
}
