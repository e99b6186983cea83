using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using CsCheck;
using Teleport.Ssh.Sftp;
using Teleport.Ssh.Sftp.Server;

namespace Teleport.Ssh.Tests.Sftp;

public sealed class SftpHostileTests
{
    private static readonly SftpTransferOptions Recursive = new() { Recursive = true, Preserve = true };
    private static readonly SftpAttributes RegularFile = new() { Size = 4, Mode = 0x8fff }; // with setuid, setgid and sticky bits

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/x")]
    [InlineData("a/../../x")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("new\nline")]
    [InlineData("\u001b[31m")]
    public async Task H16_ListedNameThatIsNoPlainName_IsRefused(string name)
    {
        using TemporaryFolder folder = new();
        await using HostileSftpServer server = new(new SftpEntry(name, "", RegularFile));
        await using (SftpClient client = await server.StartClientAsync())
        {
            SftpException error = await Assert.ThrowsAsync<SftpException>(() => client.DownloadAsync("tree", folder.Path("target/tree"), Recursive, Stop));
            Assert.DoesNotContain('\n', error.Message);
            Assert.DoesNotContain('\u001b', error.Message);
        }

        Assert.Empty(Directory.GetFiles(folder.Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task H16_PlainName_IsCopiedWithoutItsSetuidBits()
    {
        using TemporaryFolder folder = new();
        await using HostileSftpServer server = new(new SftpEntry("good", "", RegularFile));
        await using (SftpClient client = await server.StartClientAsync())
            await client.DownloadAsync("tree", folder.Path("tree"), Recursive, Stop);

        Assert.Equal("evil", await File.ReadAllTextAsync(folder.Path("tree/good"), Stop));
        Assert.Equal((UnixFileMode)0x1ff, File.GetUnixFileMode(folder.Path("tree/good")));
    }

    [Fact]
    public async Task H16_DirectoryInPlaceOfAFile_IsNotCopied()
    {
        using TemporaryFolder folder = new();
        await using HostileSftpServer server = new(new SftpEntry("inner", "", RegularFile));
        await using (SftpClient client = await server.StartClientAsync())
            await Assert.ThrowsAsync<SftpException>(() => client.DownloadAsync("file", folder.Path("file"), new SftpTransferOptions(), Stop));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public async Task H16_SymlinkThenFileThroughIt_FollowsNothing()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.Path("outside"));
        Directory.CreateDirectory(folder.Path("tree"));
        await File.WriteAllTextAsync(folder.Path("outside/file"), "mine", Stop);

        // The remote link is not made here; a link that is here already is not followed, neither to a file nor to a directory.
        await using (HostileSftpServer server = new(new SftpEntry("l", "", new SftpAttributes { Mode = 0xa1ff }), new SftpEntry("after", "", RegularFile)))
        await using (SftpClient client = await server.StartClientAsync())
            await client.DownloadAsync("tree", folder.Path("tree2"), Recursive, Stop);
        Assert.All(Directory.GetFileSystemEntries(folder.Path("tree2")), path => Assert.Null(new FileInfo(path).LinkTarget));

        File.CreateSymbolicLink(folder.Path("tree/victim"), folder.Path("outside/file"));
        await using (HostileSftpServer server = new(new SftpEntry("victim", "", RegularFile)))
        await using (SftpClient client = await server.StartClientAsync())
            await Assert.ThrowsAsync<SftpException>(() => client.DownloadAsync("tree", folder.Root, Recursive, Stop));
        Assert.Equal("mine", await File.ReadAllTextAsync(folder.Path("outside/file"), Stop));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(256u * 1024 + 1)]
    [InlineData(0x7fffffffu)]
    [InlineData(uint.MaxValue)]
    public async Task Server_LengthThatLies_EndsTheChannelWithoutAllocating(uint length)
    {
        await using SftpPair pair = new();
        await using NetworkStream stream = pair.Connect();
        byte[] header = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(header, length);
        long before = GC.GetTotalAllocatedBytes();
        await stream.WriteAsync(header, Stop);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Stop));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
    }

    [Fact]
    public async Task Server_PacketBeforeInit_EndsTheChannel()
    {
        await using SftpPair pair = new();
        await using NetworkStream stream = pair.Connect();
        await stream.WriteAsync((byte[])[0, 0, 0, 9, 17, 0, 0, 0, 1, 0, 0, 0, 0], Stop);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Stop));
    }

    [Fact]
    public void Requests_RandomPackets_AreAnsweredOrRefused()
    {
        using TemporaryFolder folder = new();
        SftpServerOptions options = new() { ReadOnly = true };
        byte[] types = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 200, 255, 1];
        Gen.Select(Gen.Int[0, types.Length - 1].Select(i => types[i]), Gen.Byte.Array[0, 80]).Array[1, 8].Sample(packets =>
        {
            using SftpRequests requests = new(new LocalFileSystem(folder.Root, TimeProvider.System), options);
            ArrayBufferWriter<byte> output = new();
            requests.Handle([1, 0, 0, 0, 3], output);
            foreach ((byte type, byte[] body) in packets)
            {
                try
                {
                    Assert.InRange(requests.Handle([type, .. body], output), 9, SftpPacketType.MaxLength);
                }
                catch (SshProtocolException)
                {
                    Assert.True(body.Length < 4, "only a packet without id may end the channel");
                }
            }
        }, iter: 2000);
    }

    [Fact]
    public void Requests_TruncatedAnywhere_AreBadMessages()
    {
        using TemporaryFolder folder = new();
        using SftpRequests requests = new(new LocalFileSystem(folder.Root, TimeProvider.System), new SftpServerOptions());
        ArrayBufferWriter<byte> output = new();
        requests.Handle([1, 0, 0, 0, 3], output);
        byte[] open = [3, 0, 0, 0, 9, 0, 0, 0, 1, (byte)'f', 0, 0, 0, 10, 0, 0, 0, 4, 0, 0, 1, 0xff];
        for (int length = 5; length < open.Length; length++)
        {
            output.ResetWrittenCount();
            requests.Handle(open.AsSpan(0, length), output);
            Assert.Equal(101, output.WrittenSpan[4]);
            Assert.Equal((uint)SftpStatus.BadMessage, BinaryPrimitives.ReadUInt32BigEndian(output.WrittenSpan[9..]));
        }

        Assert.Empty(Directory.GetFiles(folder.Root));
        output.ResetWrittenCount();
        requests.Handle(open, output);
        Assert.Equal(102, output.WrittenSpan[4]);
    }

    [Fact]
    public async Task Client_AnswerToNoRequest_EndsIt()
    {
        await using MemoryDuplex server = new([0, 0, 0, 5, 2, 0, 0, 0, 3, 0, 0, 0, 9, 101, 0, 0, 0, 99, 0, 0, 0, 0]);
        await using SftpClient client = await SftpClient.StartAsync(server, Stop);
        SftpException error = await Assert.ThrowsAsync<SftpException>(() => client.GetRealPathAsync(".", Stop));
        Assert.Equal(SftpStatus.ConnectionLost, error.Status);
    }

    [Fact]
    public async Task Client_GreetingOfALoginScript_IsNamed()
    {
        await using MemoryDuplex server = new([.. "Welcome to this host!\n"u8]);
        SshProtocolException error = await Assert.ThrowsAsync<SshProtocolException>(() => SftpClient.StartAsync(server, Stop));
        Assert.Contains("login script", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_ServerThatStopsReading_CanStillBeGivenUp()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen(1);
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndPoint!, Stop);
        using Socket server = await listener.AcceptAsync(Stop);
        await server.SendAsync((byte[])[0, 0, 0, 5, 2, 0, 0, 0, 3], Stop);
        await using SftpClient client = await SftpClient.StartAsync(new NetworkStream(socket, ownsSocket: true), Stop);

        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(300));
        Task<SftpClientFile> opening = client.OpenAsync("f", SftpOpenFlags.Write, cancellationToken: Stop);
        Assert.Equal(9, await server.ReceiveAsync(new byte[9], Stop)); // the first packet; the second is only begun
        Assert.True(await server.ReceiveAsync(new byte[100], Stop) > 0);
        await server.SendAsync((byte[])[0, 0, 0, 10, 102, 0, 0, 0, 1, 0, 0, 0, 1, 7], Stop);
        SftpClientFile file = await opening;
        byte[] data = new byte[32 * 1024];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => file.WriteAsync(i * data.Length, data, cancel.Token).AsTask())).WaitAsync(TimeSpan.FromSeconds(20), Stop));
    }

    /// <summary>A peer that has said all it will ever say.</summary>
    private sealed class MemoryDuplex(byte[] input) : Stream
    {
        private readonly MemoryStream _input = new(input);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => _input.Flush();

        public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => _ = buffer;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
