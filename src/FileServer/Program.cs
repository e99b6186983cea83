using System.Runtime.Versioning;
using Teleport.Ssh;
using Teleport.Ssh.Sftp;

[assembly: SupportedOSPlatform("linux")]

namespace Teleport.FileServer;

/// <summary>Serves files on its standard streams, by SFTP or the old scp protocol. The node starts it as the user whom it serves.</summary>
internal static class Program
{
    private const int Failed = 1;

    private static async Task<int> Main(string[] arguments)
    {
        using var reports = new EventReports();
        await using var streams = new StandardStreams();
        try
        {
            switch (arguments)
            {
                case ["sftp"]:
                    var files = new LocalFileSystem(Directory.GetCurrentDirectory(), TimeProvider.System);
                    await SftpServer.ServeAsync(streams, files, new SftpServerOptions { OnEvent = reports.Write });
                    return 0;
                case ["scp", var commandLine]:
                    return await ScpService.RunAsync(streams, commandLine) ? 0 : Failed;
                default:
                    await Console.Error.WriteLineAsync("teleport-files is started by the node, as: teleport-files sftp");
                    return Failed;
            }
        }
        catch (Exception e) when (e is SshException or IOException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Failed;
        }
    }
}
