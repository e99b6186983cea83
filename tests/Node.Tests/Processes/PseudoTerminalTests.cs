using Teleport.Node.Processes;

namespace Teleport.Node.Tests.Processes;

public sealed class PseudoTerminalTests : IDisposable
{
    private readonly SpawnFixture _fixture = new();

    [Fact]
    public async Task Terminal_Program_ControlsIt()
    {
        using TerminalUser user = await StartAsync("tty; ps -o sid=,pgid=,tpgid= -p $$; echo pid=$$; exit 7");

        string screen = await user.ReadToEndAsync();

        string[] lines = screen.Split("\r\n");
        Assert.StartsWith("/dev/pts/", lines[0], StringComparison.Ordinal);
        string pid = lines[2][4..];
        Assert.Equal([pid, pid, pid], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(7, (await user.Process.Exited.WaitAsync(SpawnFixture.Limit)).Code);
    }

    [Fact]
    public async Task Terminal_ControlC_InterruptsTheCommandAndNotTheShell()
    {
        using TerminalUser user = await InteractiveAsync();
        await user.TypeAsync("sh -c 'echo be\"\"fore; exec sleep 1000'\n");
        await user.ExpectAsync("before\r\n");

        await user.TypeAsync("\u0003");
        await user.ExpectAsync("$ ");
        await user.TypeAsync("echo code=$?\n");

        await user.ExpectAsync("code=130\r\n");
    }

    [Fact]
    public async Task Terminal_ControlZ_StopsTheJobAndForegroundResumesIt()
    {
        using TerminalUser user = await InteractiveAsync();
        await user.TypeAsync("sh -c 'echo be\"\"fore; exec sleep 1000'\n");
        await user.ExpectAsync("before\r\n");

        await user.TypeAsync("\u001a");
        await user.ExpectAsync("Stopped");
        await user.ExpectAsync("$ ");
        await user.TypeAsync("jobs; bg; jobs\n");
        await user.ExpectAsync("Stopped");
        await user.ExpectAsync("Running");
        await user.TypeAsync("kill %1; exit 3\n");
        await user.ReadToEndAsync();

        Assert.Equal(3, (await user.Process.Exited.WaitAsync(SpawnFixture.Limit)).Code);
    }

    [Fact]
    public async Task Resize_Program_SeesTheNewSize()
    {
        using TerminalUser user = await InteractiveAsync();
        await user.TypeAsync("sh -c 'trap \"stty size\" WINCH; stty size; while sleep 0.1; do :; done'\n");
        await user.ExpectAsync("24 80\r\n");

        user.Resize(132, 50);

        await user.ExpectAsync("50 132\r\n");
    }

    [Fact]
    public async Task Terminal_Vim_EditsAndSaves()
    {
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using TerminalUser user = await InteractiveAsync();
        await user.TypeAsync($"vim -u NONE -n {file}\n");
        await user.ExpectAsync("[New");

        await user.TypeAsync("ihello\u001b");
        await user.ExpectAsync("hello");
        await user.TypeAsync(":wq\r");
        await user.ExpectAsync("written");
        await user.TypeAsync("exit\n");
        await user.ReadToEndAsync();

        Assert.Equal("hello\n", await File.ReadAllTextAsync(file));
        File.Delete(file);
    }

    [Fact]
    public async Task HangUp_ShellAndStoppedJobs_End()
    {
        using TerminalUser user = await InteractiveAsync();
        await user.TypeAsync("sleep 1000 & sh -c 'echo be\"\"fore; exec sleep 1001'\n");
        await user.ExpectAsync("before\r\n");
        await user.TypeAsync("\u001a");
        await user.ExpectAsync("Stopped");
        int session = user.Process.Pid;

        user.HangUp();

        await user.Process.Exited.WaitAsync(SpawnFixture.Limit);
        using var limit = new CancellationTokenSource(SpawnFixture.Limit);
        while ((await _fixture.RunAsync(SpawnFixture.Shell(SpawnFixture.Self, $"ps -o pid= -s {session} | wc -l"))).Output.Trim() != "0")
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task H17_Terminal_OfAnotherUser_BelongsToThatUser()
    {
        Assert.SkipUnless(SpawnFixture.IsRoot, "only root can become another user");
        LocalUser nobody = LocalUser.Find("nobody")!;
        using TerminalUser user = await TerminalUser.StartAsync(
            _fixture, terminal => SpawnFixture.Shell(nobody, "stat -c '%U %a' $(tty); echo x > $(tty) && echo can-write", terminal));

        string screen = await user.ReadToEndAsync();

        Assert.Contains("nobody 620\r\n", screen);
        Assert.Contains("can-write", screen);
    }

    [Fact]
    public void Open_Modes_AreApplied()
    {
        // ECHO off, VINTR ^X, an unknown opcode, the end, and rubbish after it.
        byte[] modes = [53, 0, 0, 0, 0, 1, 0, 0, 0, 0x18, 159, 1, 2, 3, 4, 0, 53, 0, 0, 0, 1];

        using var terminal = PseudoTerminal.Open(_fixture.Loop, new TerminalSize(80, 24, 0, 0), modes);

        Assert.Matches("^/dev/pts/[0-9]+$", terminal.Path);
        Teleport.Node.Native.TerminalSettings settings = default;
        settings.Local = 0x08;
        TerminalModes.Apply(modes, ref settings);
        Assert.Equal(0u, settings.Local);
        unsafe
        {
            Assert.Equal(0x18, settings.Characters[0]);
        }
    }

    [Theory]
    [InlineData(uint.MaxValue, uint.MaxValue, 4096, 4096)]
    [InlineData(0u, 0u, 0, 0)]
    [InlineData(80u, 24u, 80, 24)]
    public void Size_FromClient_IsBounded(uint columns, uint rows, int usedColumns, int usedRows)
    {
        var size = new TerminalSize(columns, rows, 0, 0);

        Assert.Equal((usedColumns, usedRows), (size.UsedColumns, size.UsedRows));
    }

    public void Dispose() => _fixture.Dispose();

    private Task<TerminalUser> StartAsync(string command) =>
        TerminalUser.StartAsync(_fixture, terminal => SpawnFixture.Shell(SpawnFixture.Self, command, terminal));

    private async Task<TerminalUser> InteractiveAsync()
    {
        TerminalUser user = await TerminalUser.StartAsync(_fixture, terminal => new ProcessStart
        {
            User = SpawnFixture.Self,
            Executable = "/bin/bash",
            Arguments = ["-bash", "--norc", "--noprofile"],
            Environment = [new("PATH", "/usr/local/bin:/usr/bin:/bin"), new("TERM", "xterm"), new("PS1", "$ ")],
            Terminal = terminal,
        });
        await user.ExpectAsync("$ ");
        return user;
    }
}
