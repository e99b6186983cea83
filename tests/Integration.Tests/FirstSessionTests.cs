using System.Text.RegularExpressions;

namespace Teleport.Integration.Tests;

/// <summary>What a new user does, with the programs as they are.</summary>
[Collection("programs")]
public sealed partial class FirstSessionTests(RunningCluster cluster) : IClassFixture<RunningCluster>
{
    private static string At(string host) => $"{RunningCluster.Login}@{host}";

    [Fact]
    public async Task Tsh_LoggedIn_ListsAndRunsCommands()
    {
        (int status, string text, string error) = await cluster.TshAsync("", "status");
        Assert.True(status == 0, error);
        Assert.Contains("Logged in as:       alice", text, StringComparison.Ordinal);
        (_, text, error) = await cluster.TshAsync("", "ls", "env=test", "-f", "names");
        Assert.True(text == "web1\n", text + error);
        (status, text, error) = await cluster.TshAsync("", "ssh", At("web1"), "id -un; exit 7");
        Assert.True(status == 7, error);
        Assert.Equal(RunningCluster.Login + "\n", text);
        (status, text, _) = await cluster.TshAsync("typed\n", "ssh", At("env=test"), "cat");
        Assert.Equal((0, "typed\n"), (status, text));
    }

    [Theory]
    [InlineData("nobody-here@web1", "access denied to nobody-here connecting to web1 on cluster it")]
    [InlineData("LOGIN@nosuch", "nosuch")]
    public async Task Tsh_LoginOrHostThatIsNot_IsExplained(string target, string expected)
    {
        (int status, _, string error) = await cluster.TshAsync("", "ssh", target.Replace("LOGIN", RunningCluster.Login, StringComparison.Ordinal), "true");
        Assert.Equal(255, status);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_WrongPasswordOrUntrustedProxy_IsRefusedWithAdvice()
    {
        string proxy = $"localhost:{cluster.WebPort}";
        string other = cluster.File("other");
        (int status, _, string error) = await Programs.RunAsync(Programs.Tsh, ["--proxy", proxy, "login", "--user", "alice"], RunningCluster.Password + "\n", other);
        Assert.Equal(1, status);
        Assert.Contains("SSL_CERT_FILE", error, StringComparison.Ordinal);
        (status, _, error) = await Programs.RunAsync(Programs.Tsh, ["--proxy", proxy, "--insecure", "login", "--user", "alice"], "wrong password 1\n", other);
        Assert.Equal(1, status);
        Assert.Contains("invalid username", error, StringComparison.Ordinal);
        (status, _, error) = await Programs.RunAsync(Programs.Tsh, ["--proxy", proxy, "--insecure", "login", "--user", "alice"], RunningCluster.Password + "\n", other);
        Assert.True(status == 0, error);
    }

    [Fact]
    public async Task OpenSsh_WithTshConfig_RunsCommandsAndCopiesFiles()
    {
        string host = At("web1.it");
        (int status, string text, string error) = await cluster.OpenSshAsync("ssh", "", host, "echo fine");
        Assert.True((status, text) == (0, "fine\n"), error);
        string file = cluster.File("file");
        await File.WriteAllTextAsync(file, "content", TestContext.Current.CancellationToken);
        (status, _, error) = await cluster.OpenSshAsync("scp", "", file, $"{host}:{file}.scp");
        Assert.True(status == 0, error);
        (status, _, error) = await cluster.OpenSshAsync("sftp", $"get {file} {file}.sftp\n", "-b", "-", host);
        Assert.True(status == 0, error);
        Assert.Equal("content", await File.ReadAllTextAsync(file + ".scp", TestContext.Current.CancellationToken));
        Assert.Equal("content", await File.ReadAllTextAsync(file + ".sftp", TestContext.Current.CancellationToken));
        (status, _, error) = await cluster.TshAsync("", "scp", file, $"{At("web1")}:{file}.tsh");
        Assert.True(status == 0, error);
        Assert.Equal("content", await File.ReadAllTextAsync(file + ".tsh", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Recording_OfATerminal_IsListedAndPlayed()
    {
        // OpenSSH asks for a terminal by -tt without having one itself.
        (int status, _, string error) = await cluster.OpenSshAsync("ssh", "", "-tt", At("web1.it"), "echo recorded-$((40+2))");
        Assert.True(status == 0, error);
        string played = await RunningCluster.EventuallyAsync(
            async () =>
            {
                (_, string list, _) = await cluster.TshAsync("", "recordings", "ls");
                var all = "";
                foreach (Match session in SessionId().Matches(list))
                {
                    all += (await cluster.TshAsync("", "play", "--format", "text", session.Value)).Output;
                }

                return all;
            },
            static text => text.Contains("recorded-42", StringComparison.Ordinal));
        Assert.Contains("recorded-42", played, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_WithTokenThroughTheProxy_IsReachedByItsTunnel()
    {
        string printed = await cluster.TctlAsync("tokens", "add", "--type=node");
        string[] flags = [.. Flag().Matches(printed).Select(static match => match.Value)];
        Assert.Contains($"--auth-server=localhost:{cluster.WebPort}", flags);
        cluster.StartHost("second", ["start", .. flags, "--nodename=second", $"--data-dir={cluster.File("second")}"]);
        await RunningCluster.EventuallyAsync(async () => (await cluster.TshAsync("", "ls")).Output, static list => list.Contains("⟵ Tunnel", StringComparison.Ordinal));
        string answer = await RunningCluster.EventuallyAsync(
            async () => (await cluster.TshAsync("", "ssh", At("second"), "echo through")).Output, static text => text.Length > 0);
        Assert.Equal("through\n", answer);
    }

    [Fact]
    public async Task H31_WrongPin_StopsTheJoinerBeforeItSendsTheToken()
    {
        (int status, _, string error) = await Programs.RunAsync(
            Programs.Teleport,
            ["start", "--roles=node", "--token=0123456789abcdef0123456789abcdef", "--ca-pin=sha256:" + new string('0', 64), $"--auth-server=localhost:{cluster.WebPort}",
                $"--data-dir={cluster.File("wrong-pin")}", "--nodename=x"]);
        Assert.NotEqual(0, status);
        Assert.Contains("does not have the expected pin", error, StringComparison.Ordinal);
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex SessionId();

    [GeneratedRegex("--[a-z-]+=[^ \\\\\n]+")]
    private static partial Regex Flag();
}
