using System.Text;
using Teleport.Node.Processes;

namespace Teleport.Node.Tests.Processes;

public sealed class SpawnerTests : IDisposable
{
    private readonly SpawnFixture _fixture = new();

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    public async Task Start_CommandExits_GivesItsCode(string command, int code)
    {
        (_, _, ProcessExit exit) = await _fixture.RunAsync(SpawnFixture.Shell(SpawnFixture.Self, command));

        Assert.Equal(new ProcessExit(code, 0, false), exit);
    }

    [Fact]
    public async Task Start_CommandKilledBySignal_GivesTheSignal()
    {
        (_, _, ProcessExit exit) = await _fixture.RunAsync(SpawnFixture.Shell(SpawnFixture.Self, "kill -TERM $$"));

        Assert.Equal(15, exit.Signal);
    }

    [Fact]
    public async Task Start_Pipes_AreSeparate()
    {
        (string output, string errors, _) = await _fixture.RunAsync(SpawnFixture.Shell(SpawnFixture.Self, "cat; echo oops >&2"), "hello");

        Assert.Equal("hello", output);
        Assert.Equal("oops\n", errors);
    }

    [Fact]
    public async Task Start_NoSuchProgram_SaysSo()
    {
        ProcessStart start = SpawnFixture.Shell(SpawnFixture.Self, "") with { Executable = "/no/such/shell" };
        using SpawnedProcess process = _fixture.Spawner.Start(start);

        string? error = await process.StartAsync(SpawnRequest.Of(start));

        Assert.Equal("cannot run /no/such/shell: No such file or directory", error);
        Assert.Equal(255, (await process.Process.Exited.WaitAsync(SpawnFixture.Limit)).Code);
    }

    [Fact]
    public async Task H17_Start_Program_InheritsNoDescriptors()
    {
        (string output, _, _) = await _fixture.RunAsync(SpawnFixture.Shell(SpawnFixture.Self, "for i in {0..300}; do [ -e /proc/$$/fd/$i ] && echo $i; done"));

        // 255 is bash's own.
        Assert.Equal(["0", "1", "2"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Except(["255"]));
    }

    [Fact]
    public async Task H17_Start_Program_HasTheEnvironmentOfTheRequestOnly()
    {
        ProcessStart start = SpawnFixture.Shell(SpawnFixture.Self, "") with { Executable = "/usr/bin/env", Arguments = ["env"], Environment = [new("A", "b c"), new("LANG", "x=y")] };

        (string output, _, _) = await _fixture.RunAsync(start);

        Assert.Equal("A=b c\nLANG=x=y\n", output);
    }

    [Fact]
    public async Task Start_Program_HasNoSignalIgnoredOrBlocked()
    {
        (string output, _, _) = await _fixture.RunAsync(
            SpawnFixture.Shell(SpawnFixture.Self, "") with { Executable = "/bin/grep", Arguments = ["grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"] });

        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", output);
    }

    [Fact]
    public async Task Start_Program_LeadsASessionOfItsOwn()
    {
        (string output, _, _) = await _fixture.RunAsync(SpawnFixture.Shell(SpawnFixture.Self, "ps -o sid=,pgid=,tty= -p $$; echo $$; ulimit -Sn; umask"));

        string[] lines = output.Split('\n');
        string[] fields = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([lines[1], lines[1], "?"], fields);
        Assert.Equal("1024", lines[2]);
        Assert.Equal("0022", lines[3]);
    }

    [Fact]
    public async Task H17_Start_OtherUser_HasThatUsersRightsOnly()
    {
        Assert.SkipUnless(SpawnFixture.IsRoot, "only root can become another user");
        LocalUser nobody = LocalUser.Find("nobody")!;

        (string output, string errors, _) = await _fixture.RunAsync(SpawnFixture.Shell(
            nobody, "id -u; id -ru; id -g; id -G; pwd; grep ^CapEff /proc/self/status; cat /etc/shadow"));

        string[] lines = output.Split('\n');
        Assert.Equal([$"{nobody.UserId}", $"{nobody.UserId}", $"{nobody.GroupId}", $"{nobody.GroupId}", "/", "CapEff:\t0000000000000000"], lines[..6]);
        Assert.Contains("Could not enter the home folder /nonexistent", errors);
        Assert.Contains("/etc/shadow: Permission denied", errors);
    }

    [Fact]
    public async Task H17_Start_OtherUser_HasItsSupplementaryGroups()
    {
        Assert.SkipUnless(SpawnFixture.IsRoot, "only root can become another user");
        string[] member = File.ReadLines("/etc/group").Select(static line => line.Split(':')).FirstOrDefault(static group => group[3].Length > 0)
            ?? [];
        Assert.SkipUnless(member.Length > 0, "no user of this system is in a supplementary group");
        LocalUser user = LocalUser.Find(member[3].Split(',')[0])!;

        (string output, _, _) = await _fixture.RunAsync(SpawnFixture.Shell(user, "id -G"));

        Assert.Contains(member[2], output.Trim().Split(' '));
        Assert.DoesNotContain("0", output.Trim().Split(' '));
    }

    [Theory]
    [InlineData("nobody", null)]
    [InlineData("root", "cannot become root: the node runs without root and serves its own user only. Run it as root to allow other logins")]
    public async Task H17_Start_OtherUserWithoutRoot_IsRefused(string login, string? expected)
    {
        Assert.SkipUnless(SpawnFixture.IsRoot, "needs root to be somebody else first");
        string unprivileged = Path.GetTempFileName();
        await File.WriteAllTextAsync(unprivileged, $"#!/bin/sh\nexec setpriv --reuid=nobody --regid=nogroup --clear-groups {HostOutput.Spawn}\n");
        File.SetUnixFileMode(unprivileged, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        ProcessStart start = SpawnFixture.Shell(LocalUser.Find(login)!, "true");
        using SpawnedProcess process = new Spawner(_fixture.Loop, unprivileged).Start(start);

        string? error = await process.StartAsync(SpawnRequest.Of(start)).WaitAsync(SpawnFixture.Limit);

        File.Delete(unprivileged);
        Assert.Equal(expected, error);
    }

    [Fact]
    public async Task Start_ManyAtOnce_AllEndAndLeaveNoDescriptor()
    {
        int before = _fixture.Loop.Count;

        IEnumerable<Task<(string Output, string, ProcessExit)>> runs = Enumerable.Range(0, 20).Select(
            i => _fixture.RunAsync(SpawnFixture.Shell(SpawnFixture.Self, $"cat; echo {i}"), "x"));
        (string Output, string, ProcessExit)[] results = await Task.WhenAll(runs);

        Assert.Equal(Enumerable.Range(0, 20).Select(static i => $"x{i}\n"), results.Select(static result => result.Output));
        Assert.Equal(before, _fixture.Loop.Count);
    }

    [Fact]
    public async Task HangUp_BackgroundJobs_EndToo()
    {
        ProcessStart start = SpawnFixture.Shell(SpawnFixture.Self, "sleep 1000 & (sleep 1001 & echo $!) ; echo $!; wait");
        using SpawnedProcess process = _fixture.Spawner.Start(start);
        Assert.Null(await process.StartAsync(SpawnRequest.Of(start)));
        var buffer = new byte[256];
        string output = "";
        while (output.Count(static c => c == '\n') < 2)
        {
            output += Encoding.ASCII.GetString(buffer, 0, await process.Output!.ReadAsync(buffer).AsTask().WaitAsync(SpawnFixture.Limit));
        }

        process.Process.HangUp();

        Assert.Equal(1, (await process.Process.Exited.WaitAsync(SpawnFixture.Limit)).Signal);
        // The pipe ends when the last process that holds it has.
        Assert.Equal("", await SpawnFixture.ReadAllAsync(process.Output!).WaitAsync(SpawnFixture.Limit));
    }

    [Fact]
    public async Task Start_LargeCommandLine_Arrives()
    {
        string argument = new('x', 120_000);

        (string output, _, _) = await _fixture.RunAsync(SpawnFixture.Shell(SpawnFixture.Self, $"printf %s {argument} | wc -c"));

        Assert.Equal("120000\n", output);
    }

    [Fact]
    public async Task Start_EnvironmentFile_AddsOnlyWhatIsHarmless()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "# mine\nEDITOR=vi\nLD_PRELOAD=/x.so\nBASH_ENV=/x\nSSH_CLIENT=lie\nHOME=/x\nbad name=1\n=1\nPATH=/mine\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        ProcessStart start = SpawnFixture.Shell(SpawnFixture.Self, "") with
        {
            Executable = "/usr/bin/env",
            Arguments = ["env"],
            Environment = [new("PATH", "/bin"), new("SSH_CLIENT", "true")],
            EnvironmentFile = file,
        };

        (string output, _, _) = await _fixture.RunAsync(start);

        File.Delete(file);
        Assert.Equal("SSH_CLIENT=true\nEDITOR=vi\nPATH=/mine\n", output);
    }

    public void Dispose() => _fixture.Dispose();
}
