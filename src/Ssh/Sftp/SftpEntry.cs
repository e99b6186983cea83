namespace Teleport.Ssh.Sftp;

/// <summary>An entry of a directory.</summary>
/// <param name="Name">Its name, without folders.</param>
/// <param name="LongName">A line as ls -l prints it; only for people.</param>
/// <param name="Attributes">What is known of it, itself, not of what it links to.</param>
public sealed record SftpEntry(string Name, string LongName, SftpAttributes Attributes);
