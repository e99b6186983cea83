using System.CommandLine;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Tsh.Commands;

namespace Teleport.Tsh.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("ssh root@h id -u", "ssh root@h -- id -u")]
    [InlineData("--proxy p:1 ssh -p 22 root@h ls --all", "--proxy p:1 ssh -p 22 root@h -- ls --all")]
    [InlineData("ssh -t root@h", "ssh -t root@h")]
    [InlineData("ssh root@h -- -x", "ssh root@h -- -x")]
    [InlineData("ls -v", "ls -v")]
    [InlineData("ssh -L 1:a:2 -N root@h", "ssh -L 1:a:2 -N root@h")]
    public void Normalize_EverythingAfterTheHost_IsTheCommand(string typed, string expected)
    {
        var globals = new GlobalOptions();
        var root = new RootCommand { new SshCommand(globals), new LsCommand(globals) };
        globals.AddTo(root);
        Assert.Equal(expected.Split(' '), SshArguments.Normalize(typed.Split(' '), root));
    }

    [Theory]
    [InlineData("8080:web:80", "", 8080, "web", 80)]
    [InlineData("127.0.0.1:8080:web:80", "127.0.0.1", 8080, "web", 80)]
    [InlineData("[::1]:8080:[2001:db8::1]:80", "::1", 8080, "2001:db8::1", 80)]
    public void Parse_Forward_IsRead(string text, string bind, int port, string host, int hostPort) =>
        Assert.Equal(new PortForward(bind, port, host, hostPort), PortForward.Parse(text));

    [Theory]
    [InlineData("80")]
    [InlineData("a:b:c")]
    [InlineData("1:2")]
    [InlineData("99999:a:1")]
    public void Parse_NoForward_IsRefused(string text) => Assert.Throws<TeleportException>(() => PortForward.Parse(text));

    [Fact]
    public void ParseLabels_Text_IsRead()
    {
        IReadOnlyDictionary<string, string> labels = NodeList.ParseLabels("env=dev,team=\"a,b\";group:x");
        Assert.Equal(("dev", "a,b", "x"), (labels["env"], labels["team"], labels["group"]));
        Assert.Empty(NodeList.ParseLabels(null));
        Assert.Throws<TeleportException>(() => NodeList.ParseLabels("nolabel"));
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
        Assert.Contains("ProxyJump %r@teleport-proxy.demo", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/home/\"x")]
    [InlineData("/home/x\nHost *")]
    [InlineData("/home/x\\")]
    public void H25_HostileHome_IsRefused(string home) =>
        Assert.Throws<TeleportException>(() => SshConfigText.Format(Profile(), new ProfilePaths(home), 3022));

    private static Profile Profile() => new()
    {
        ProxyHost = "proxy", WebAddress = new NetworkAddress("proxy", 3080), SshAddress = new NetworkAddress("proxy", 3023), User = "alice", Cluster = "demo",
    };
}
