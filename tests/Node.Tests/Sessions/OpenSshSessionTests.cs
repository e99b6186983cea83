using Teleport.Abstractions.Audit;

namespace Teleport.Node.Tests.Sessions;

public sealed class OpenSshSessionTests : IAsyncDisposable
{
    private readonly TestNode _node = new(roles: TestNode.AllowRole("dev", null, TestNode.Login));
    private readonly OpenSsh _user;

    public OpenSshSessionTests() => _user = new OpenSsh(_node, TestNode.Identity(TestNode.Login));

    [Fact]
    public async Task Exec_Command_GivesOutputErrorsAndStatus()
    {
        (int code, string output, string errors) = await _user.SshAsync("node", "echo out; echo err >&2; exit 7");

        Assert.Equal((7, "out\n", "err\n"), (code, output, errors));
        ExecEvent exec = await _node.EventAsync<ExecEvent>();
        Assert.Equal(("T3002E", "echo out; echo err >&2; exit 7", "7", "alice", TestNode.Login), (exec.Code, exec.Command, exec.ExitCode, exec.User, exec.Login));
        SessionEndEvent end = await _node.EventAsync<SessionEndEvent>();
        Assert.False(end.Interactive);
        Assert.Equal(exec.SessionId, end.SessionId);
        Assert.Equal(Enumerable.Range(0, 5).Select(static i => (long)i), _node.Events.OfType<ServerEvent>().Select(static e => e.Index).Order());
    }

    [Fact]
    public async Task Exec_Input_ReachesTheCommandAndEnds()
    {
        (int code, string output, _) = await _user.SshAsync("line 1\nline 2\n", ["node", "wc -l"]);

        Assert.Equal((0, "2\n"), (code, output));
    }

    [Fact]
    public async Task Exec_KilledBySignal_IsReportedAsSuch()
    {
        (int code, _, _) = await _user.SshAsync("node", "kill -KILL $$");

        // OpenSSH gives 255 for an exit-signal.
        Assert.Equal(255, code);
        Assert.Equal("ended by signal KILL", (await _node.EventAsync<ExecEvent>()).ExitError);
    }

    [Fact]
    public async Task Exec_MuchOutput_ArrivesWhole()
    {
        (int code, string output, _) = await _user.SshAsync("node", "head -c 50000000 /dev/zero | tr '\\0' x | md5sum; head -c 20000000 /dev/zero | tr '\\0' y");

        Assert.Equal(0, code);
        Assert.Equal(20_000_000, output.Count(static c => c == 'y'));
    }

    [Fact]
    public async Task Shell_OnATerminal_IsALoginShellAndIsRecorded()
    {
        (int code, string output, _) = await _user.SshAsync("tty; echo \"$0\"; stty size; exit 3\n", ["-tt", "node"]);

        Assert.Equal(3, code);
        Assert.Contains("/dev/pts/", output);
        Assert.Contains("-bash", output);
        SessionStartEvent start = await _node.EventAsync<SessionStartEvent>();
        Assert.NotNull(start.Size);
        Assert.True((await _node.EventAsync<SessionEndEvent>()).Interactive);
        MemoryRecorder.Recording recording = Assert.Single(_node.Recorder.Recordings);
        Assert.True(recording.IsComplete);
        Assert.Equal(output, recording.Output);
        Assert.Equal(3, recording.Exit?.Code);
        Assert.Equal(start.SessionId, recording.Session.SessionId.ToString());
    }

    [Fact]
    public async Task Exec_OnATerminal_HasOne()
    {
        (int code, string output, _) = await _user.SshAsync("-tt", "node", "test -t 0 && test -t 1 && test -t 2 && echo yes");

        Assert.Equal((0, "yes\r\n"), (code, output));
    }

    [Fact]
    public async Task Shell_WithoutATerminal_ReadsCommands()
    {
        (int code, string output, _) = await _user.SshAsync("echo a; exit 4\n", ["-T", "node"]);

        Assert.Equal((4, "a\n"), (code, output));
    }

    [Fact]
    public async Task Environment_OfASession_SaysWhoAndWhere()
    {
        (_, string output, _) = await _user.SshAsync("-tt", "node", "tr '\\0' '\\n' < /proc/$$/environ");

        Dictionary<string, string> environment = output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);
        SessionStartEvent start = await _node.EventAsync<SessionStartEvent>();
        Assert.Equal("alice", environment["SSH_TELEPORT_USER"]);
        Assert.Equal(TestNode.ClusterName, environment["SSH_TELEPORT_CLUSTER_NAME"]);
        Assert.Equal(TestNode.HostId.ToString(), environment["SSH_TELEPORT_HOST_UUID"]);
        Assert.Equal(start.SessionId, environment["SSH_SESSION_ID"]);
        Assert.Equal(start.SessionId, environment["TELEPORT_SESSION"]);
        Assert.Matches($"^127.0.0.1 [0-9]+ 127.0.0.1 {_node.Port}$", environment["SSH_CONNECTION"]);
        Assert.Matches($"^127.0.0.1 [0-9]+ {_node.Port}$", environment["SSH_CLIENT"]);
        Assert.StartsWith("/dev/pts/", environment["SSH_TTY"], StringComparison.Ordinal);
        Assert.Equal(TestNode.Login, environment["USER"]);
        Assert.Equal(TestNode.Login, environment["LOGNAME"]);
        Assert.Equal("/var/mail/" + TestNode.Login, environment["MAIL"]);
        string[] expected = ["HOME", "LOGNAME", "MAIL", "PATH", "SHELL", "SSH_CLIENT", "SSH_CONNECTION", "SSH_SESSION_ID", "SSH_TELEPORT_CLUSTER_NAME", "SSH_TELEPORT_HOST_UUID", "SSH_TELEPORT_USER", "SSH_TTY", "TELEPORT_SESSION", "TERM", "USER"];
        // What the test's own client and zone may add.
        Assert.Equal(expected, environment.Keys.Except(["LANG", "TZ"]).Where(static key => !key.StartsWith("LC_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task H17_Environment_OfTheClient_IsLimitedToItsLanguage()
    {
        (_, string output, _) = await _user.SshAsync(
            "-o", "SetEnv=LANG=C.UTF-8 LC_ALL=C LD_PRELOAD=/x.so BASH_ENV=/x PATH=/x DYLD_INSERT_LIBRARIES=/x LC_PATH=/x/y TELEPORT_SESSION=00000000-0000-0000-0000-000000000000", "node", "env");

        Assert.Contains("LANG=C.UTF-8\n", output);
        Assert.Contains("LC_ALL=C\n", output);
        Assert.DoesNotContain("=/x", output);
        Assert.DoesNotContain("00000000-0000", output);
    }

    [Fact]
    public async Task Disconnect_RunningCommand_IsHungUp()
    {
        string marker = _user.File("pid");
        using System.Diagnostics.Process client = _user.Start("node", $"echo $$ > {marker}; sleep 1000");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!File.Exists(marker) || new FileInfo(marker).Length == 0)
        {
            await Task.Delay(20, limit.Token);
        }

        client.Kill();

        string pid = (await File.ReadAllTextAsync(marker)).Trim();
        while (Directory.Exists($"/proc/{pid}"))
        {
            await Task.Delay(20, limit.Token);
        }

        Assert.Equal("ended by signal HUP", (await _node.EventAsync<ExecEvent>()).ExitError);
    }

    [Fact]
    public async Task Terminal_BackgroundJobLeftBehind_DoesNotHoldUpTheSession()
    {
        (int code, string output, _) = await _user.SshAsync("-tt", "node", "nohup sleep 5 >/dev/null 2>&1 & echo done");

        Assert.Equal((0, "done\r\n"), (code, output));
    }

    [Fact]
    public async Task Connection_Reused_ServesSessionsSideBySide()
    {
        string control = _user.File("control");
        using System.Diagnostics.Process master = _user.Start("-M", "-S", control, "-N", "node");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!File.Exists(control))
        {
            await Task.Delay(20, limit.Token);
        }

        (int Code, string Output, string Errors)[] results = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => _user.SshAsync("-S", control, "node", $"sleep 0.2; echo {i}")));

        Assert.Equal(Enumerable.Range(0, 8).Select(static i => $"{i}\n"), results.Select(static result => result.Output));
        master.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        _user.Dispose();
        await _node.DisposeAsync();
    }
}
