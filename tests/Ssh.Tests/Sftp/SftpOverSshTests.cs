using System.Security.Cryptography;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Tests.Sftp;

/// <summary>The SFTP subsystem over real SSH connections: windows, packets and rekeying in between.</summary>
public sealed class SftpOverSshTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OurClientAndServer_OverOurSsh_CopyBothWays()
    {
        using TemporaryFolder folder = new();
        await using SshPair pair = await SshPair.ConnectAsync(new SubsystemHandler(folder.Root));
        await CopyBothWaysAsync(pair.Client, folder);
    }

    [Fact]
    public async Task OurClient_OverOpenSsh_CopiesBothWays()
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection connection = await server.ConnectAsync();
        using TemporaryFolder folder = new();
        await CopyBothWaysAsync(connection, folder);
    }

    private static async Task CopyBothWaysAsync(SshConnection connection, TemporaryFolder folder)
    {
        SshChannel channel = await connection.OpenChannelAsync("session", ct: Stop);
        Assert.True(await channel.SendRequestAsync(new SubsystemRequest("sftp"), wantReply: true, Stop));
        await using SftpClient client = await SftpClient.StartAsync(channel.AsStream(), Stop);

        byte[] data = RandomNumberGenerator.GetBytes(30_000_001); // many times the window
        await File.WriteAllBytesAsync(folder.Path("source"), data, Stop);
        await client.UploadAsync(folder.Path("source"), folder.Path("remote"), cancellationToken: Stop);
        await client.DownloadAsync(folder.Path("remote"), folder.Path("back"), cancellationToken: Stop);
        byte[] back = await File.ReadAllBytesAsync(folder.Path("back"), Stop);
        Assert.True(data.AsSpan().SequenceEqual(back));
        Assert.Equal(SftpStatus.NoSuchFile, (await Assert.ThrowsAsync<SftpException>(() => client.RemoveAsync(folder.Path("missing"), Stop))).Status);
    }

    /// <summary>A server whose sessions know one subsystem.</summary>
    private sealed class SubsystemHandler(string root) : ISshConnectionHandler, ISshChannelHandler
    {
        public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
        {
            open.Accept(this);
            return ValueTask.CompletedTask;
        }

        public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
            ValueTask.FromResult(SshGlobalReply.Failure);

        public ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct)
        {
            bool isSftp = name == "subsystem" && SshPayload.Parse<SubsystemRequest>(data).Subsystem == "sftp";
            if (isSftp)
                _ = ServeAsync(channel, ct);
            return ValueTask.FromResult(isSftp);
        }

        private async Task ServeAsync(SshChannel channel, CancellationToken ct)
        {
            try
            {
                await SftpServer.ServeAsync(channel, new LocalFileSystem(root, TimeProvider.System), null, ct);
                await channel.CloseAsync();
            }
            catch (Exception exception) when (exception is SshException or OperationCanceledException or IOException)
            {
                return; // the test ended the connection
            }
        }
    }
}
