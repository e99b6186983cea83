using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Teleport.Ssh.Scp;

namespace Teleport.Ssh.Tests.Scp;

public sealed class ScpTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SourceAndSink_Tree_IsTheSame()
    {
        await MakeTreeAsync();
        ScpOptions options = new() { Recursive = true, Preserve = true };
        (ScpResult sent, ScpResult received) = await CopyAsync([_folder.Path("tree")], _folder.Path("copy"), options);
        Assert.Equal(["a link to a directory is not copied", "not a regular file"], sent.Problems.Select(problem => problem[(problem.IndexOf(": ", StringComparison.Ordinal) + 2)..]).Order());
        Assert.Single(received.Problems); // was told of the pipe
        await AssertCopiedAsync(_folder.Path("copy"));
    }

    [Fact]
    public async Task Sink_MissingDirectory_RefusesAtOnce()
    {
        await MakeTreeAsync();
        (ScpResult sent, ScpResult received) = await CopyAsync([_folder.Path("tree/a")], _folder.Path("missing"), new ScpOptions { TargetIsDirectory = true });
        Assert.Contains("Not a directory", Assert.Single(sent.Problems), StringComparison.Ordinal);
        Assert.False(received.Succeeded);
    }

    [Fact]
    public async Task Source_MissingFile_IsReportedAndOthersCopied()
    {
        await MakeTreeAsync();
        Directory.CreateDirectory(_folder.Path("into"));
        (ScpResult sent, ScpResult received) = await CopyAsync([_folder.Path("nothing"), _folder.Path("tree/a")], _folder.Path("into"), new ScpOptions());
        Assert.Contains("No such file", Assert.Single(sent.Problems), StringComparison.Ordinal);
        Assert.Contains("No such file", Assert.Single(received.Problems), StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.Path("into/a")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenSshScp_OldProtocol_CopiesTrees(bool upload)
    {
        Tool.Require("scp");
        await MakeTreeAsync();
        File.Delete(_folder.Path("tree/pipe"));
        File.Delete(_folder.Path("tree/loop"));
        await using ScpServer server = new(_folder);
        string[] copy = upload ? [_folder.Path("tree"), $"host:{_folder.Path("copy")}"] : [$"host:{_folder.Path("tree")}", _folder.Path("copy")];
        await Task.Run(() => Tool.Run("scp", ["-q", "-O", "-r", "-p", "-S", server.WriteBridge(), .. copy]), Stop);
        await AssertCopiedAsync(_folder.Path("copy"));
    }

    [Theory]
    [InlineData("C0644 4 ../x")]
    [InlineData("C0644 4 /tmp/x")]
    [InlineData("C0644 4 a/b")]
    [InlineData("C0644 4 ..")]
    [InlineData("C0644 4 .")]
    [InlineData("C0644 4 ")]
    [InlineData("C0644 4 a\u001b[31m")]
    [InlineData("C0644 -1 x")]
    [InlineData("C0644 99999999999999999999 x")]
    [InlineData("C9999 4 x")]
    [InlineData("C064400 4 x")]
    [InlineData("C 4 x")]
    [InlineData("C0644 x")]
    [InlineData("D0755 0 notasked")]
    [InlineData("E")]
    [InlineData("T1 2 3")]
    [InlineData("Welcome")]
    public async Task H16_Sink_HostileLine_EndsTheCopyAndWritesNothing(string line)
    {
        Directory.CreateDirectory(_folder.Path("target"));
        await Assert.ThrowsAsync<SshProtocolException>(() => ReceiveAsync($"{line}\nevil\0", _folder.Path("target"), new ScpOptions()));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path("target")));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public async Task H16_Sink_GoodLine_IsWrittenWithoutSetuidBits()
    {
        Directory.CreateDirectory(_folder.Path("target"));
        ScpResult result = await ReceiveAsync("C4755 4 x\nevil\0", _folder.Path("target"), new ScpOptions { Preserve = true });
        Assert.True(result.Succeeded);
        Assert.Equal((UnixFileMode)0x1ed, File.GetUnixFileMode(_folder.Path("target/x")));
    }

    [Fact]
    public async Task H16_Sink_FileNotAskedFor_IsRefused()
    {
        Directory.CreateDirectory(_folder.Path("target"));
        ScpOptions options = new() { IsExpected = name => name == "asked" };
        await Assert.ThrowsAsync<SshProtocolException>(() => ReceiveAsync("C0644 4 .bashrc\nevil\0", _folder.Path("target"), options));
        Assert.True((await ReceiveAsync("C0644 4 asked\nevil\0", _folder.Path("target"), options)).Succeeded);
    }

    [Fact]
    public async Task H16_Sink_LinkInsideTheTarget_IsNotFollowed()
    {
        Directory.CreateDirectory(_folder.Path("target"));
        await File.WriteAllTextAsync(_folder.Path("mine"), "mine", Stop);
        File.CreateSymbolicLink(_folder.Path("target/link"), _folder.Path("mine"));
        ScpResult result = await ReceiveAsync("C0644 0 link\nC0644 4 other\nevil\0", _folder.Path("target"), new ScpOptions());
        Assert.Contains("symbolic link", Assert.Single(result.Problems), StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder.Path("mine"), Stop));
        Assert.Equal("evil", await File.ReadAllTextAsync(_folder.Path("target/other"), Stop));
    }

    [Fact]
    public async Task H16_Sink_EndlessNesting_IsBounded()
    {
        string deep = string.Concat(Enumerable.Repeat("D0755 0 d\n", 100));
        await Assert.ThrowsAsync<SshProtocolException>(() => ReceiveAsync(deep, _folder.Path("target"), new ScpOptions { Recursive = true }));
    }

    [Theory]
    [InlineData("scp -t /tmp/x", true, false, "/tmp/x")]
    [InlineData("scp -r -p -t -- -odd", true, true, "-odd")]
    [InlineData("/usr/bin/scp -qrpf 'a b' c\\ d \"e\\\"f\" ~/g", false, true, "a b|c d|e\"f|~/g")]
    public void Command_OfAClient_IsRecognised(string line, bool sink, bool recursive, string paths)
    {
        Assert.True(ScpCommand.TryParse(line, out ScpCommand? command));
        Assert.Equal((sink, recursive, paths), (command.IsSink, command.Options.Recursive, string.Join('|', command.Paths)));
        Assert.True(ScpCommand.TryParse(command.Format(), out ScpCommand? again));
        Assert.Equal(command.Paths, again.Paths);
        Assert.Equal(command.Options, again.Options);
    }

    [Theory]
    [InlineData("scp file other")]
    [InlineData("scp -t a b")]
    [InlineData("scp -t -f a")]
    [InlineData("scp -t")]
    [InlineData("scp -S evil -t a")]
    [InlineData("scp -t a; rm -rf b")]
    [InlineData("scp -t $(evil)")]
    [InlineData("scp -t \"`evil`\"")]
    [InlineData("scp -t 'unclosed")]
    [InlineData("rsync -t a")]
    [InlineData("")]
    public void Command_OfAnythingElse_IsNotRecognised(string line) => Assert.False(ScpCommand.TryParse(line, out _));

    [Fact]
    public void Command_Wildcards_MatchNamesOfTheLastPart()
    {
        foreach (string name in (string[])["a.txt", "b.txt", "B.TXT", ".hidden.txt", "c.md"])
            _folder.Write(name, "");
        Assert.True(ScpCommand.TryParse("scp -f *.txt c.md ~/none*", out ScpCommand? command));
        Assert.Equal(["a.txt", "b.txt", "c.md", "none*"], command.Resolve(_folder.Root).Select(Path.GetFileName));
    }

    private async Task MakeTreeAsync()
    {
        Directory.CreateDirectory(_folder.Path("tree/sub"));
        await File.WriteAllTextAsync(_folder.Path("tree/a"), "a", Stop);
        await File.WriteAllBytesAsync(_folder.Path("tree/sub/big"), RandomNumberGenerator.GetBytes(1_000_000), Stop);
        await File.WriteAllTextAsync(_folder.Path("tree/sub/empty name"), "", Stop);
        File.CreateSymbolicLink(_folder.Path("tree/loop"), ".");
        Tool.Run("mkfifo", [_folder.Path("tree/pipe")]);
        File.SetUnixFileMode(_folder.Path("tree/a"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.SetLastWriteTimeUtc(_folder.Path("tree/a"), new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
    }

    private async Task AssertCopiedAsync(string copy)
    {
        Assert.Equal("a", await File.ReadAllTextAsync(copy + "/a", Stop));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserExecute, File.GetUnixFileMode(copy + "/a"));
        Assert.Equal(new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), File.GetLastWriteTimeUtc(copy + "/a"));
        Assert.Equal(await File.ReadAllBytesAsync(_folder.Path("tree/sub/big"), Stop), await File.ReadAllBytesAsync(copy + "/sub/big", Stop));
        Assert.True(File.Exists(copy + "/sub/empty name"));
        Assert.False(File.Exists(copy + "/pipe"));
    }

    private static async Task<(ScpResult Sent, ScpResult Received)> CopyAsync(IReadOnlyList<string> paths, string target, ScpOptions options)
    {
        (NetworkStream one, NetworkStream other) = Connect();
        await using (other)
        {
            Task<ScpResult> receiving = ScpSink.ReceiveAsync(other, target, options, Stop);
            ScpResult sent;
            await using (one)
                sent = await ScpSource.SendAsync(one, paths, options, Stop).WaitAsync(Limit, Stop);
            return (sent, await receiving.WaitAsync(Limit, Stop));
        }
    }

    private static async Task<ScpResult> ReceiveAsync(string source, string target, ScpOptions options)
    {
        (NetworkStream one, NetworkStream other) = Connect();
        await using (one)
        await using (other)
        {
            await one.WriteAsync(Encoding.UTF8.GetBytes(source), Stop);
            one.Socket.Shutdown(SocketShutdown.Send);
            return await ScpSink.ReceiveAsync(other, target, options, Stop).WaitAsync(Limit, Stop);
        }
    }

    private static (NetworkStream One, NetworkStream Other) Connect()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        return (new NetworkStream(client, ownsSocket: true), new NetworkStream(listener.Accept(), ownsSocket: true));
    }

    /// <summary>Takes the place of ssh for OpenSSH's scp: the first line is the command, the rest the protocol.</summary>
    private sealed class ScpServer : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder;
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Task _serving;

        public ScpServer(TemporaryFolder folder)
        {
            _folder = folder;
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
            _serving = ServeAsync();
        }

        public string WriteBridge()
        {
            int port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
            string path = _folder.Write(
                "bridge",
                $"#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/{port}\nprintf '%s\\n' \"${{@: -1}}\" >&3\nexec 4<&0\ncat <&4 >&3 &\ncat <&3 &\nwait -n\nkill %1 %2 2>/dev/null\nexit 0\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return path;
        }

        public async ValueTask DisposeAsync()
        {
            await _serving.WaitAsync(Limit);
            _listener.Dispose();
        }

        private async Task ServeAsync()
        {
            await using NetworkStream stream = new(await _listener.AcceptAsync(), ownsSocket: true);
            List<byte> line = [];
            byte[] one = new byte[1];
            while (await stream.ReadAsync(one) == 1 && one[0] != '\n')
                line.Add(one[0]);
            Assert.True(ScpCommand.TryParse(Encoding.UTF8.GetString([.. line]), out ScpCommand? command));
            ScpResult result = command.IsSink
                ? await ScpSink.ReceiveAsync(stream, command.Resolve(_folder.Root)[0], command.Options)
                : await ScpSource.SendAsync(stream, command.Resolve(_folder.Root), command.Options);
            Assert.Empty(result.Problems);
        }
    }
}
