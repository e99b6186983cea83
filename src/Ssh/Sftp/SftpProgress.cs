namespace Teleport.Ssh.Sftp;

/// <summary>How far a file has come.</summary>
/// <param name="Path">The file: the source, as it was named or found.</param>
/// <param name="Transferred">Bytes that are there, those of an earlier attempt included.</param>
/// <param name="Total">Bytes in all; 0 when unknown.</param>
public readonly record struct SftpProgress(string Path, long Transferred, long Total);
