using Teleport.Ssh.Sessions;
using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Tests.Readme;

/// <summary>The third program of src/Ssh/README.md, which is tested to be the same.</summary>
internal static class SftpProgram
{
    public static async Task RunAsync(SshConnection connection, string localFolder, List<string> names)
    {
        // <readme>
        await using SshSession session = await SshSession.OpenAsync(connection);
        await session.SubsystemAsync("sftp");
        await using SftpClient sftp = await SftpClient.StartAsync(session.Channel.AsStream());

        SftpTransferOptions options = new() { Recursive = true, Preserve = true, Resume = true };
        await sftp.UploadAsync(localFolder, "uploaded", options);
        await foreach (SftpEntry entry in sftp.ListAsync("uploaded"))
            names.Add($"{entry.Name}: {entry.Attributes.Size} bytes");

        await sftp.RenameAsync("uploaded", "renamed");
        await sftp.DownloadAsync("renamed", localFolder + ".copy", options);
        // </readme>
    }
}
