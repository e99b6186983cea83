using System.Diagnostics;
using System.Security.Cryptography;
using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Tests.Sftp;

/// <summary>OpenSSH's sftp and scp against our server, and our client against OpenSSH's server.</summary>
public sealed class OpenSshSftpTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenSshSftp_WithOurServer_DoesAllItCan()
    {
        Tool.Require("sftp");
        await using SftpPair pair = new();
        byte[] data = RandomNumberGenerator.GetBytes(3_000_001);
        Directory.CreateDirectory(pair.Folder.Path("local/tree/sub"));
        await File.WriteAllBytesAsync(pair.Folder.Path("local/tree/sub/big"), data, Stop);
        await File.WriteAllTextAsync(pair.Folder.Path("local/tree/small"), "x", Stop);
        File.SetUnixFileMode(pair.Folder.Path("local/tree/small"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        string local = pair.Folder.Path("local");
        string output = await RunSftpAsync(
            pair,
            $"""
            lcd {local}
            pwd
            put -rp tree
            mkdir made
            rename tree/small made/renamed
            symlink ../made/renamed tree/link
            ln made/renamed made/hard
            chmod 600 made/renamed
            cp tree/sub/big made/copied
            ls -la made
            ls -ln tree
            df
            get -rp tree back
            get -a tree/sub/big back/sub/big
            rm tree/link
            rm made/hard
            rm made/renamed
            rm made/copied
            rmdir made
            """);
        Assert.Contains($"Remote working directory: {pair.Home}", output, StringComparison.Ordinal);
        Assert.Contains("-rw-------    ? root     root            1", output, StringComparison.Ordinal);
        Assert.Contains("copied", output, StringComparison.Ordinal);
        Assert.Contains("%Capacity", output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(data, await File.ReadAllBytesAsync(pair.Path("tree/sub/big"), Stop));
        Assert.Equal(data, await File.ReadAllBytesAsync(pair.Folder.Path("local/back/sub/big"), Stop));
        Assert.Equal(File.GetLastWriteTimeUtc(pair.Folder.Path("local/tree/sub/big")), File.GetLastWriteTimeUtc(pair.Path("tree/sub/big")), TimeSpan.FromSeconds(1));
        Assert.False(Directory.Exists(pair.Path("made")));
        Assert.Contains(pair.Events, e => e is { Action: SftpAction.HardLink, Status: SftpStatus.Ok });
        Assert.Contains(pair.Events, e => e is { Action: SftpAction.SymbolicLink, Target: "../made/renamed" });
    }

    [Fact]
    public async Task OpenSshScp_OverSftp_CopiesBothWays()
    {
        Tool.Require("scp");
        await using SftpPair pair = new();
        byte[] data = RandomNumberGenerator.GetBytes(2_000_000);
        Directory.CreateDirectory(pair.Folder.Path("tree"));
        await File.WriteAllBytesAsync(pair.Folder.Path("tree/f"), data, Stop);
        string bridge = pair.WriteBridge();
        await Task.Run(() => Tool.Run("scp", ["-q", "-s", "-r", "-D", bridge, pair.Folder.Path("tree"), "host:up"]), Stop);
        Assert.Equal(data, await File.ReadAllBytesAsync(pair.Path("up/f"), Stop));
        await Task.Run(() => Tool.Run("scp", ["-q", "-s", "-r", "-D", bridge, "host:up", pair.Folder.Path("down")]), Stop);
        Assert.Equal(data, await File.ReadAllBytesAsync(pair.Folder.Path("down/f"), Stop));
    }

    [Fact]
    public async Task OurClient_WithOpenSshServer_DoesAllItCan()
    {
        string server = Environment.GetEnvironmentVariable("SFTP_SERVER") ?? "/usr/lib/openssh/sftp-server";
        Tool.Require(server);
        using TemporaryFolder folder = new();
        await using ProcessStream stream = ProcessStream.Start(server, ["-d", folder.Root]);
        await using SftpClient client = await SftpClient.StartAsync(stream, Stop);
        Assert.True(client.Supports("posix-rename@openssh.com"));

        byte[] data = RandomNumberGenerator.GetBytes(5_000_001);
        Directory.CreateDirectory(folder.Path("tree/sub"));
        await File.WriteAllBytesAsync(folder.Path("tree/sub/f"), data, Stop);
        SftpTransferOptions options = new() { Recursive = true, Preserve = true };
        await client.UploadAsync(folder.Path("tree"), "up", options, Stop);
        await client.DownloadAsync("up", folder.Path("down"), options, Stop);
        Assert.Equal(data, await File.ReadAllBytesAsync(folder.Path("down/sub/f"), Stop));

        await client.MakeSymbolicLinkAsync("up", "link", Stop);
        Assert.Equal("up", new FileInfo(folder.Path("link")).LinkTarget);
        await client.RenameAsync("up/sub/f", "moved", replace: true, Stop);
        Assert.Equal((ulong)data.Length, (await client.GetAttributesAsync("moved", cancellationToken: Stop)).Size);
        await Assert.ThrowsAsync<SftpException>(() => client.RemoveDirectoryAsync("up", Stop));
        List<string> names = [];
        await foreach (SftpEntry entry in client.ListAsync(".", Stop))
            names.Add(entry.Name);
        Assert.Equal(["down", "link", "moved", "tree", "up"], names.Order());
        await SftpExtensionsCheck.RunAsync(client, folder.Root, Stop);
    }

    private static async Task<string> RunSftpAsync(SftpPair pair, string batch)
    {
        string file = pair.Folder.Write("batch", batch + "\n");
        string bridge = pair.WriteBridge();
        return await Task.Run(() => Tool.Run("sftp", ["-b", file, "-D", bridge]), Stop);
    }

    /// <summary>Standard input and output of a program as one stream.</summary>
    private sealed class ProcessStream : Stream
    {
        private readonly Process _process;
        private bool _ended;

        private ProcessStream(Process process) => _process = process;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        private Stream Input => _process.StandardInput.BaseStream;

        private Stream Output => _process.StandardOutput.BaseStream;

        public static ProcessStream Start(string program, IEnumerable<string> arguments) =>
            new(Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!);

        public override void Flush() => Input.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => Input.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => Output.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Output.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => Input.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Input.WriteAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (!_ended)
            {
                _ended = true;
                _process.Kill();
                _process.WaitForExit(10_000);
                _process.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
