using System.Diagnostics;
using System.Net;
using Teleport.Abstractions.Security;
using Teleport.Proxy.Tests.Fixtures;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy.Tests.SshGateway;

/// <summary>OpenSSH's client through the proxy to a node.</summary>
public sealed class OpenSshTests
{
    [Theory]
    [InlineData("jump")]
    [InlineData("subsystem")]
    public async Task Ssh_ThroughTheProxy_RunsACommandOnTheNode(string way)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ssh"), "ssh is not installed.");
        await using TestProxy proxy = TestProxy.Start();
        await using var node = new SshNode(proxy);
        using var files = new ClientFiles(proxy);
        proxy.AddNode("labhost", node.Address);
        string proxyAddress = $"-p {proxy.SshPort.Port} root@127.0.0.1";
        string[] options = way == "jump"
            ? ["-o", $"ProxyCommand=ssh -F {files.Config} -W %h:%p {proxyAddress}"]
            : ["-o", $"ProxyCommand=ssh -F {files.Config} {proxyAddress} -s proxy:%h:%p@lab.example"];

        (int code, string output, string error) = await files.SshAsync([.. options, "root@labhost.lab.example", "exit-with 7"]);

        Assert.True(code == 7, $"exit {code}: {output} {error}");
        Assert.Equal("you said: exit-with 7\n", output);
        Assert.Equal(IPAddress.Loopback, Assert.Single(node.Clients).Address);
    }

    [Fact]
    public async Task Ssh_ProxyJump_Works()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ssh"), "ssh is not installed.");
        await using TestProxy proxy = TestProxy.Start();
        await using var node = new SshNode(proxy);
        using var files = new ClientFiles(proxy);
        proxy.AddNode("labhost", node.Address);

        (int code, string output, string error) = await files.SshAsync(["-J", "root@jump", "root@labhost.lab.example", "hello"]);

        Assert.True(code == 0, $"exit {code}: {error}");
        Assert.Equal("you said: hello\n", output);
    }

    [Fact]
    public async Task Ssh_UnknownNodeOrShellOfTheProxy_ShowsWhy()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ssh"), "ssh is not installed.");
        await using TestProxy proxy = TestProxy.Start();
        using var files = new ClientFiles(proxy);

        (int subsystemCode, _, string subsystemError) = await files.SshAsync(["-p", $"{proxy.SshPort.Port}", "root@127.0.0.1", "-s", "proxy:nosuch:0"]);
        (int jumpCode, _, string jumpError) = await files.SshAsync(["-J", "root@jump", "root@nosuch", "hello"]);
        (int shellCode, _, string shellError) = await files.SshAsync(["-p", $"{proxy.SshPort.Port}", "root@127.0.0.1"]);
        (int execCode, _, string execError) = await files.SshAsync(["-p", $"{proxy.SshPort.Port}", "root@127.0.0.1", "id"]);

        Assert.Equal(255, jumpCode);
        Assert.Contains("access denied to root connecting to nosuch on cluster lab.example", jumpError, StringComparison.Ordinal);
        Assert.NotEqual(0, subsystemCode);
        Assert.Contains("access denied to root connecting to nosuch on cluster lab.example", subsystemError, StringComparison.Ordinal);
        Assert.NotEqual(0, shellCode);
        Assert.NotEqual(0, execCode);
        Assert.Contains("tsh ssh LOGIN@SERVER", shellError, StringComparison.Ordinal);
        Assert.Contains("tsh ssh LOGIN@SERVER", execError, StringComparison.Ordinal);
    }

    /// <summary>Key, certificate and known hosts of a user.</summary>
    private sealed class ClientFiles : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public ClientFiles(TestProxy proxy)
        {
            SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
            UserIdentity alice = proxy.Authorities.Identity("alice", "admin");
            _folder.WriteSecret("key", key.ToOpenSshPem());
            _folder.Write("key-cert.pub", proxy.Authorities.Certify(alice, key.PublicKey).ToAuthorizedKeysLine() + "\n");
            _folder.Write("known_hosts", $"@cert-authority * {proxy.Authorities.HostKeys.First().ToAuthorizedKeysLine()}\n");
            Config = _folder.Write("config", $"""
                Host jump
                  HostName 127.0.0.1
                  Port {proxy.SshPort.Port}
                Host *
                  IdentityFile {_folder.PathOf("key")}
                  IdentitiesOnly yes
                  UserKnownHostsFile {_folder.PathOf("known_hosts")}
                  StrictHostKeyChecking yes
                  BatchMode yes

                """);
        }

        public string Config { get; }

        public async Task<(int Code, string Output, string Error)> SshAsync(string[] arguments)
        {
            var start = new ProcessStartInfo("/usr/bin/ssh", ["-F", Config, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            try
            {
                process.StandardInput.Close();
                Task<string> output = process.StandardOutput.ReadToEndAsync();
                Task<string> error = process.StandardError.ReadToEndAsync();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestProxy.Patience);
                return (process.ExitCode, await output, await error);
            }
            finally
            {
                process.Kill(entireProcessTree: true);
            }
        }

        public void Dispose() => _folder.Dispose();
    }
}
