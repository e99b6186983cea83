using System.CommandLine;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Commands;
using Teleport.Client.Profiles;
using Teleport.Tsh.Playback;

namespace Teleport.Tsh.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("ssh root@h id -u", "ssh root@h -- id -u")]
    [InlineData("--proxy p:1 ssh -p 22 root@h ls --all", "--proxy=p:1 ssh -p=22 root@h -- ls --all")]
    [InlineData("ssh -t root@h", "ssh -t root@h")]
    [InlineData("ssh root@h -- -x", "ssh root@h -- -x")]
    [InlineData("ls -v", "ls -v")]
    [InlineData("ssh -L 1:a:2 -N root@h", "ssh -L=1:a:2 -N root@h")]
    [InlineData("ssh -Np 2222 root@h", "ssh -N -p=2222 root@h")]
    [InlineData("ssh -tAp2222 -l root h top -b", "ssh -t -A -p=2222 -l=root h -- top -b")]
    [InlineData("ssh -oRequestTTY=no -o ForwardAgent=yes h", "ssh -o=RequestTTY=no -o=ForwardAgent=yes h")]
    [InlineData("ssh -tt h", "ssh -t -t h")]
    [InlineData("ssh --tty --port 22 h", "ssh --tty --port=22 h")]
    [InlineData("proxy ssh root@h:22", "proxy ssh root@h:22")]
    [InlineData("help ssh", "help ssh")]
    [InlineData("-d ssh h -d", "-d ssh h -- -d")]
    public void Normalize_Flags_AreReadAsByOpenSsh(string typed, string expected) =>
        Assert.Equal(expected.Split(' '), SshArguments.Normalize(typed.Split(' '), TshCommand.Create(new GlobalOptions())));

    [Theory]
    [InlineData("ssh -Np 2222 -L 1:a:2 -D 1080 -A root@h")]
    [InlineData("ssh -tt -o ForwardAgent=yes -p2222 h sh -c -x")]
    [InlineData("ls env=dev -f json --insecure")]
    [InlineData("--no-insecure ls --no-verbose")]
    [InlineData("ssh --no-enable-escape-sequences h")]
    [InlineData("login --proxy p:1 --user=a --auth local")]
    [InlineData("login --no-use-local-ssh-agent")]
    [InlineData("help ls")]
    [InlineData("completion bash")]
    [InlineData("login --request-roles=dba --request-reason=x --request-reviewers a,b --request-nowait")]
    [InlineData("login --request-id=x")]
    [InlineData("request create --roles dba --resource /c/node/x --max-duration 4h --nowait")]
    [InlineData("requests ls --reviewable -f json")]
    [InlineData("request review x --approve --reason=y")]
    [InlineData("request search --kind node --search a,b")]
    [InlineData("request drop")]
    [InlineData("ssh --request-mode=off h")]
    public void Parse_KnownFlags_IsNoMistake(string typed) => Assert.Null(Mistake(typed));

    [Theory]
    [InlineData("nosuch", "expected command but got \"nosuch\"")]
    [InlineData("ls --verbos", "unknown long flag '--verbos'. Did you mean --verbose?")]
    [InlineData("ssh -Z h", "unknown short flag '-Z'")]
    [InlineData("ssh -NZ h", "unknown short flag '-Z'")]
    [InlineData("ssh -X h", "--x11 is not supported")]
    [InlineData("-J bastion ssh h", "--jumphost is not supported")]
    [InlineData("ls --browser=none", "--browser is not supported")]
    [InlineData("login --kube-cluster x", "--kube-cluster is not supported")]
    [InlineData("completion tcsh", "tcsh")]
    public void Parse_FlagsThatAreNotActedOn_AreRefused(string typed, string expected) => Assert.Contains(expected, Mistake(typed), StringComparison.Ordinal);

    [Theory]
    [InlineData("/usr/bin/ssh", "ssh host")]
    [InlineData("/usr/bin/scp", "scp host")]
    [InlineData("/usr/bin/tsh", "host")]
    public void ByName_NameOfTheProgram_ChoosesTheCommand(string program, string expected) => Assert.Equal(expected.Split(' '), TshCommand.ByName(program, ["host"]));

    [Fact]
    public void Globals_Environment_StandsBehindTheFlags()
    {
        var globals = new GlobalOptions(static name => name switch
        {
            "TELEPORT_PROXY" => "env.example.com:443",
            "TELEPORT_USER" => "env-user",
            "TELEPORT_LOGIN" => "env-login",
            "TELEPORT_SITE" => "env-cluster",
            _ => null,
        });
        RootCommand root = TshCommand.Create(globals);
        ParseResult bare = CommandLines.Parse(root, ["ls"]);
        Assert.Equal("env.example.com:443", globals.Proxy(bare)!.ToString());
        Assert.Equal(("env-user", "env-login", "env-cluster"), (globals.User(bare), globals.Login(bare), globals.ClusterName(bare)));
        ParseResult flags = CommandLines.Parse(root, ["ls", "--proxy=p:1", "--user=u", "-l", "x", "--cluster", "c"]);
        Assert.Equal("p:1", globals.Proxy(flags)!.ToString());
        Assert.Equal(("u", "x", "c"), (globals.User(flags), globals.Login(flags), globals.ClusterName(flags)));
    }

    [Theory]
    [InlineData("90", 90)]
    [InlineData("1h30m", 90)]
    public void Globals_Ttl_IsMinutesOrADuration(string text, int minutes)
    {
        var globals = new GlobalOptions(static _ => null);
        ParseResult parsed = CommandLines.Parse(TshCommand.Create(globals), ["login", $"--ttl={text}"]);
        Assert.Equal(TimeSpan.FromMinutes(minutes), globals.Request(parsed, new Client.Web.ProxyAddress("p"), null).Ttl);
    }

    [Theory]
    [InlineData("plain \u001b[1mbold\u001b[0m\r\n", "plain \u001b[1mbold\u001b[0m\r\n")]
    [InlineData("a\u001b]0;title\u0007b", "ab")]
    [InlineData("a\u001b]52;c;ZXZpbA==\u001b\\b", "ab")]
    [InlineData("a\u001b[6nb\u001b[cd", "abd")]
    [InlineData("a\u0005b", "ab")]
    public void H24_RecordedOutput_CannotActOnTheTerminal(string recorded, string shown)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(recorded);
        Assert.Equal(shown, Encoding.UTF8.GetString(new TerminalFilter().Filter(bytes)));
        var cut = new TerminalFilter();
        Assert.Equal(shown, Encoding.UTF8.GetString([.. bytes.SelectMany(b => cut.Filter([b]))]));
    }

    [Fact]
    public void Format_SshConfig_GoesThroughTheProxyByCertificate()
    {
        string text = SshConfigText.Format(Profile(), new ProfilePaths("/home/a b/.tsh"), 3022);
        Assert.Contains("Host *.demo !teleport-proxy.demo", text, StringComparison.Ordinal);
        Assert.Contains("IdentityFile \"/home/a b/.tsh/keys/proxy/alice\"", text, StringComparison.Ordinal);
        Assert.Contains("UserKnownHostsFile \"/home/a b/.tsh/keys/proxy/known_hosts\"", text, StringComparison.Ordinal);
        Assert.Contains("ProxyJump %r@teleport-proxy.demo", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/home/\"x")]
    [InlineData("/home/x\nHost *")]
    [InlineData("/home/x\\")]
    public void H25_HostileHome_IsRefused(string home) =>
        Assert.Throws<TeleportException>(() => SshConfigText.Format(Profile(), new ProfilePaths(home), 3022));

    private static string? Mistake(string typed)
    {
        RootCommand root = TshCommand.Create(new GlobalOptions(static _ => null));
        return CommandLines.Mistake(CommandLines.Parse(root, SshArguments.Normalize(typed.Split(' '), root)));
    }

    private static Profile Profile() => new()
    {
        ProxyHost = "proxy", WebAddress = new NetworkAddress("proxy", 3080), SshAddress = new NetworkAddress("proxy", 3023), User = "alice", Cluster = "demo",
    };
}
