using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Resources;

namespace Teleport.Node.Tests.Sessions;

public sealed class FileTransferTests : IAsyncDisposable
{
    private readonly TestNode _node = new(roles: TestNode.AllowRole("dev", null, TestNode.Login));
    private readonly OpenSsh _user;
    private readonly string _folder = Directory.CreateTempSubdirectory("node-files-").FullName;

    public FileTransferTests()
    {
        _user = new OpenSsh(_node, TestNode.Identity(TestNode.Login));
        File.WriteAllBytes(Local("source"), [.. Enumerable.Range(0, 3_000_000).Select(static i => (byte)(i * 7))]);
    }

    [Fact]
    public async Task Sftp_PutAndGet_KeepTheBytesAndAreAudited()
    {
        (int code, _, string errors) = await _user.ToolAsync(
            "sftp", $"put {Local("source")} {Remote("a")}\nrename {Remote("a")} {Remote("b")}\nget {Remote("b")} {Local("back")}\nrm {Remote("b")}\n", "-b", "-", "node");

        Assert.True(code == 0, errors);
        Assert.Equal(await File.ReadAllBytesAsync(Local("source")), await File.ReadAllBytesAsync(Local("back")));
        SftpEvent rename = await _node.EventAsync<SftpEvent>(static e => e.Action == "rename");
        Assert.Equal(("TS016I", Remote("a"), Remote("b")), (rename.Code, rename.Path, rename.TargetPath));
        await _node.EventAsync<SftpEvent>(static e => e.Action == "remove");
        Assert.Equal("sftp", (await _node.EventAsync<SubsystemEvent>()).Name);
    }

    [Theory]
    [InlineData("-O")]
    [InlineData("-s")]
    public async Task Scp_BothWays_KeepsTheBytes(string protocol)
    {
        (int up, _, string upErrors) = await _user.ToolAsync("scp", "", protocol, Local("source"), $"node:{Remote("up")}");
        (int down, _, string downErrors) = await _user.ToolAsync("scp", "", protocol, $"node:{Remote("up")}", Local("down"));

        Assert.True(up == 0, upErrors);
        Assert.True(down == 0, downErrors);
        Assert.Equal(await File.ReadAllBytesAsync(Local("source")), await File.ReadAllBytesAsync(Local("down")));
        if (protocol == "-O")
        {
            ScpEvent upload = await _node.EventAsync<ScpEvent>(static e => e.Action == "upload");
            Assert.Equal(("T3005I", Remote("up")), (upload.Code, upload.Path));
            Assert.Equal("T3004I", (await _node.EventAsync<ScpEvent>(static e => e.Action == "download")).Code);
        }
    }

    [Fact]
    public async Task Scp_OldProtocol_CopiesFolders()
    {
        Directory.CreateDirectory(Local("tree/sub"));
        await File.WriteAllTextAsync(Local("tree/sub/file name"), "deep");

        (int code, _, string errors) = await _user.ToolAsync("scp", "", "-O", "-r", "-p", Local("tree"), $"node:{Remote("copy")}");

        Assert.True(code == 0, errors);
        Assert.Equal("deep", await File.ReadAllTextAsync(Remote("copy/sub/file name")));
    }

    [Fact]
    public async Task Scp_NoSuchFile_SaysSo()
    {
        (int code, _, string errors) = await _user.ToolAsync("scp", "", "-O", $"node:{Remote("nothing")}", Local("x"));

        Assert.NotEqual(0, code);
        Assert.Contains("nothing", errors);
        Assert.Equal("T3004E", (await _node.EventAsync<ScpEvent>()).Code);
    }

    [Fact]
    public async Task Sftp_ManySmallFiles_AllArrive()
    {
        Directory.CreateDirectory(Local("many"));
        for (int i = 0; i < 100; i++)
        {
            await File.WriteAllTextAsync(Local($"many/{i}"), $"{i}");
        }

        (int code, _, string errors) = await _user.ToolAsync("sftp", $"mkdir {Remote("many")}\nput -r {Local("many")} {Remote("many")}\n", "-b", "-", "node");

        Assert.True(code == 0, errors);
        Assert.Equal(100, Directory.GetFiles(Remote("many"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Git_OverSsh_Clones()
    {
        string repository = Remote("repository");
        await _user.RunAsync("git", "", ["init", "-q", repository]);
        await _user.RunAsync("git", "", ["-C", repository, "-c", "user.name=a", "-c", "user.email=a@example", "commit", "-q", "--allow-empty", "-m", "first"]);

        (int code, _, string errors) = await _user.RunAsync("git", "", ["clone", "-q", $"node:{repository}", Local("clone")]);

        Assert.True(code == 0, errors);
        Assert.True(Directory.Exists(Local("clone/.git")));
    }

    [Fact]
    public async Task Rsync_OverSsh_Copies()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/rsync"), "rsync is not installed");

        (int code, _, string errors) = await _user.RunAsync("rsync", "", ["-a", "-e", $"ssh -F {_user.File("config")}", Local("source"), $"node:{Remote("synced")}"]);

        Assert.True(code == 0, errors);
        Assert.Equal(await File.ReadAllBytesAsync(Local("source")), await File.ReadAllBytesAsync(Remote("synced")));
    }

    [Fact]
    public async Task H15_FileCopyForbiddenByRole_RefusesEveryWay()
    {
        _node.Change(cluster => cluster with { Roles = cluster.Roles.SetItem("dev", TestNode.AllowRole("dev", new RoleOptions { SshFileCopy = false }, TestNode.Login)) });

        (int sftp, _, string sftpErrors) = await _user.ToolAsync("sftp", "pwd\n", "-b", "-", "node");
        (int scpNew, _, _) = await _user.ToolAsync("scp", "", "-s", Local("source"), $"node:{Remote("x1")}");
        (int scpOld, _, string scpErrors) = await _user.ToolAsync("scp", "", "-O", Local("source"), $"node:{Remote("x2")}");
        (int rsync, _, _) = await _user.SshAsync("node", "rsync --server -logDtpre.iLsfxCIvu . " + Remote("x3"));
        (int server, _, _) = await _user.SshAsync("node", "/usr/lib/openssh/sftp-server");
        (int wrapped, _, _) = await _user.SshAsync("node", "A=1 exec /usr/bin/scp -t " + Remote("x4"));
        (int control, string output, _) = await _user.SshAsync("node", "echo fine");

        Assert.All([sftp, scpNew, scpOld, rsync, server, wrapped], static code => Assert.NotEqual(0, code));
        Assert.Empty(Directory.GetFiles(_folder, "x*"));
        // Whether sftp shows the sentence or only that the request failed depends on which of the two it reads first.
        Assert.NotEmpty(sftpErrors);
        Assert.Contains("Copying files is not allowed here", scpErrors);
        Assert.Equal((0, "fine\n"), (control, output));
        Assert.Equal(2, _node.Events.OfType<ScpEvent>().Count(static e => e.Code == "T3005E"));
        Assert.Equal(4, _node.Events.OfType<SftpEvent>().Count(static e => e.Code == "TS020E"));
    }

    [Fact]
    public async Task H15_FileCopySwitchedOffOnTheNode_RefusesEveryWay()
    {
        await using var node = new TestNode(new NodeOptions { SshFileCopy = false }, roles: TestNode.AllowRole("dev", null, TestNode.Login));
        using var user = new OpenSsh(node, TestNode.Identity(TestNode.Login));

        (int sftp, _, _) = await user.ToolAsync("sftp", "pwd\n", "-b", "-", "node");
        (int scp, _, _) = await user.ToolAsync("scp", "", "-O", Local("source"), $"node:{Remote("x")}");

        Assert.NotEqual(0, sftp);
        Assert.NotEqual(0, scp);
        Assert.False(File.Exists(Remote("x")));
    }

    [Fact]
    public async Task H17_Sftp_OfAnotherUser_HasThatUsersRightsOnly()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can become another user");
        await using var node = new TestNode(roles: TestNode.AllowRole("dev", null, "nobody"));
        using var user = new OpenSsh(node, TestNode.Identity("nobody"));
        File.SetUnixFileMode(_folder, (UnixFileMode)0x1FF);

        (int code, _, string errors) = await user.ToolAsync("sftp", $"put {Local("source")} {Remote("theirs")}\n", "-b", "-", "nobody@node");
        (int denied, _, string deniedErrors) = await user.ToolAsync("sftp", $"get /etc/shadow {Local("shadow")}\n", "-b", "-", "nobody@node");

        Assert.True(code == 0, errors);
        Assert.Equal("nobody", (await user.RunAsync("stat", "", ["-c", "%U", Remote("theirs")])).Output.Trim());
        Assert.NotEqual(0, denied);
        Assert.Contains("ermission denied", deniedErrors);
        Assert.False(File.Exists(Local("shadow")));
    }

    public async ValueTask DisposeAsync()
    {
        _user.Dispose();
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Local(string name) => _user.File(name);

    private string Remote(string name) => Path.Combine(_folder, name);
}
