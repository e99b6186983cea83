using System.Net.Sockets;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Sessions;

namespace Teleport.Ssh.Tests.Readme;

/// <summary>The first program of src/Ssh/README.md, which is tested to be the same.</summary>
internal static class ExecProgram
{
    public static async Task<int> RunAsync(string host, int port, string userName, string keyFile, string knownHostsFile, Stream output)
    {
        // <readme>
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host, port);

        using SshPrivateKey key = SshPrivateKey.Parse(await File.ReadAllTextAsync(keyFile));
        await using SshConnection connection = await SshConnection.ConnectAsync(socket, new SshClientOptions
        {
            UserName = userName,
            Credentials = [SshCredential.FromKey(key)],
            HostKeyVerifier = new KnownHostsVerifier(KnownHostsFile.Parse(await File.ReadAllTextAsync(knownHostsFile)), host, port),
        });

        await using SshSession session = await SshSession.OpenAsync(connection);
        await session.ExecAsync("hello");
        await session.Stdout.CopyToAsync(output);
        SshExitStatus status = await session.WaitForExitAsync();
        // </readme>
        return status.ShellCode;
    }
}
