using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Agent;
using Teleport.Proxy.Tests.Fixtures;
using Teleport.Ssh;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Sessions;

namespace Teleport.Proxy.Tests.SshGateway;

/// <summary>Users at the SSH port.</summary>
public sealed class GatewayTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("node1", 22u)]
    [InlineData("node1", 3022u)]
    [InlineData("node1.lab.example", 22u)]
    [InlineData("NODE1", 0u)]
    public async Task DirectTcpip_ToANode_CarriesBytesBothWaysAndNamesTheClient(string host, uint port)
    {
        await using var node = new FakeNode();
        await using TestProxy proxy = TestProxy.Start();
        Server server = proxy.AddNode("node1", node.Address);
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();

        await using SshChannel channel = await ssh.OpenChannelAsync(new DirectTcpip(host, port, "127.0.0.1", 1), ct: Stop);

        Assert.Equal(FakeNode.Greeting, await channel.Input.ReadUntilAsync("\n"));
        await channel.WriteAsync("SSH-2.0-client\r\n");
        Assert.Equal("SSH-2.0-client\r\n", await channel.Input.ReadUntilAsync("\n"));
        IPEndPoint client = ProxyHeader.Verify(Assert.Single(node.Headers), server.Metadata.Name, proxy.Snapshot, TimeProvider.System);
        Assert.Equal(IPAddress.Loopback, client.Address);
    }

    [Fact]
    public async Task DirectTcpip_ManyBytes_ComeBackUnchanged()
    {
        await using var node = new FakeNode();
        await using TestProxy proxy = TestProxy.Start();
        proxy.AddNode("node1", node.Address);
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        await using SshChannel channel = await ssh.OpenChannelAsync(new DirectTcpip("node1", 0, "127.0.0.1", 1), ct: Stop);
        await channel.Input.ReadUntilAsync("\n");
        byte[] data = RandomNumberGenerator.GetBytes(20 * 1024 * 1024);

        Task writing = WriteAsync();
        byte[] received = new byte[data.Length];
        await channel.AsStream().ReadExactlyAsync(received, Stop).AsTask().WaitAsync(TestProxy.Patience, Stop);
        await writing;

        Assert.True(data.AsSpan().SequenceEqual(received));
        // The node sees the end, ends too, and so does the channel.
        Assert.Equal("", await channel.Input.ReadToEndAsync());

        async Task WriteAsync()
        {
            await channel.Output.WriteAsync(data, Stop);
            await channel.SendEofAsync();
        }
    }

    [Fact]
    public async Task Subsystem_ToANode_IsAsDirect()
    {
        await using var node = new FakeNode();
        await using TestProxy proxy = TestProxy.Start();
        proxy.AddNode("node1", node.Address);
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        await using SshSession session = await SshSession.OpenAsync(ssh, ct: Stop);

        await session.SubsystemAsync("proxy:node1:0@default@lab.example", Stop);

        Assert.Equal(FakeNode.Greeting, await session.Stdout.ReadUntilAsync("\n"));
        await session.Channel.WriteAsync("hello");
        Assert.Equal("hello", await session.Stdout.ReadUntilAsync("hello"));
    }

    [Fact]
    public async Task Subsystem_OfTheAuthService_CarriesItsBytes()
    {
        await using var auth = new FakeNode(greeting: "any bytes");
        await using TestProxy proxy = TestProxy.Start(authServers: [new NetworkAddress("127.0.0.1", 1), NetworkAddress.Parse(auth.Address)]);
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        await using SshSession session = await SshSession.OpenAsync(ssh, ct: Stop);

        await session.SubsystemAsync("proxy:@lab.example", Stop);

        Assert.Equal("any bytes", await session.Stdout.ReadUntilAsync("bytes"));
    }

    [Fact]
    public async Task Proxysites_ListsTheCluster()
    {
        await using TestProxy proxy = TestProxy.Start();
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        await using SshSession session = await SshSession.OpenAsync(ssh, ct: Stop);

        await session.SubsystemAsync("proxysites", Stop);

        using JsonDocument sites = JsonDocument.Parse(await session.Stdout.ReadToEndAsync());
        JsonElement site = Assert.Single(sites.RootElement.EnumerateArray());
        Assert.Equal("lab.example", site.GetProperty("name").GetString());
        Assert.Equal("online", site.GetProperty("status").GetString());
        Assert.True(site.GetProperty("lastconnected").TryGetDateTimeOffset(out _));
        Assert.Equal(0, (await session.WaitForExitAsync(Stop).WaitAsync(TestProxy.Patience, Stop)).Code);
    }

    [Theory]
    [InlineData("recording-proxy@teleport.com", "false")]
    [InlineData("x-teleport-version", "0.1.0")]
    [InlineData("keepalive@openssh.com", "")]
    public async Task GlobalRequests_Known_AreAnswered(string name, string payload)
    {
        await using TestProxy proxy = TestProxy.Start();
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();

        SshGlobalReply reply = await ssh.SendGlobalRequestAsync(name, default, wantReply: true, Stop);

        Assert.Equal((true, payload), (reply.IsSuccess, Encoding.UTF8.GetString(reply.Payload.Span)));
        Assert.False((await ssh.SendGlobalRequestAsync("tcpip-forward", new byte[8], wantReply: true, Stop)).IsSuccess);
    }

    [Theory]
    [InlineData("shell")]
    [InlineData("exec")]
    public async Task Session_Shell_IsRefusedWithAdvice(string request)
    {
        await using TestProxy proxy = TestProxy.Start();
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        await using SshChannel channel = await ssh.OpenChannelAsync("session", ct: Stop);

        Assert.False(await channel.SendRequestAsync(request, request == "exec" ? new ExecRequest("id").ToBytes() : default, wantReply: true, Stop));

        string text = await channel.ErrorInput.ReadUntilAsync(".lab.example\r\n");
        Assert.Contains("tsh ssh LOGIN@SERVER", text, StringComparison.Ordinal);
        Assert.Contains("ssh -J", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownAndInvisibleNodes_ReadTheSame()
    {
        await using var node = new FakeNode();
        await using TestProxy proxy = TestProxy.Start();
        proxy.AddNode("secret", node.Address, env: "prod");
        Server visible = proxy.AddNode("mine", node.Address, env: "dev");
        await using SshConnection ssh = await proxy.ConnectAsync(proxy.Authorities.User(proxy.Authorities.Identity("bob", "dev", "no-such-role")));

        string denied = await RefusalAsync(ssh, "secret");
        string missing = await RefusalAsync(ssh, "nosuch");

        Assert.Equal(missing.Replace("nosuch", "secret", StringComparison.Ordinal), denied);
        Assert.Contains("access denied to root connecting to secret on cluster lab.example", denied, StringComparison.Ordinal);
        Assert.Contains("you hold the roles dev, no-such-role", denied, StringComparison.Ordinal);
        Assert.Equal(0, node.ConnectionCount);
        await using SshChannel control = await ssh.OpenChannelAsync(new DirectTcpip(visible.Metadata.Name, 22, "127.0.0.1", 1), ct: Stop);
        Assert.Equal(FakeNode.Greeting, await control.Input.ReadUntilAsync("\n"));
    }

    [Fact]
    public async Task AmbiguousName_ListsTheCandidates()
    {
        await using TestProxy proxy = TestProxy.Start();
        Server one = proxy.AddNode("twin", "10.0.0.1:3022");
        Server two = proxy.AddNode("twin", "10.0.0.2:3022");
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        await using SshChannel session = await ssh.OpenChannelAsync("session", ct: Stop);

        Assert.False(await session.SendRequestAsync(new SubsystemRequest("proxy:twin:0"), wantReply: true, Stop));

        string text = await session.ErrorInput.ReadUntilAsync(":3022\r\n");
        Assert.Contains("ambiguous host twin", text, StringComparison.Ordinal);
        Assert.Contains(one.Metadata.Name, text, StringComparison.Ordinal);
        Assert.Contains(two.Metadata.Name, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proxy:node1:0@other.example", "cluster other.example not found")]
    [InlineData("proxy:node1:99999", "unknown subsystem")]
    [InlineData("sftp", "unknown subsystem")]
    [InlineData("proxy:down:0", "cannot reach the node down at 127.0.0.1:1")]
    [InlineData("proxy:tunneled:0", "the node tunneled has no tunnel to this proxy")]
    public async Task Subsystem_ThatLeadsNowhere_SaysWhy(string subsystem, string reason)
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.AddNode("down", "127.0.0.1:1");
        proxy.AddNode("tunneled", "", tunnel: true);
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        await using SshChannel session = await ssh.OpenChannelAsync("session", ct: Stop);

        Assert.False(await session.SendRequestAsync(new SubsystemRequest(subsystem), wantReply: true, Stop));

        Assert.Contains(reason, await session.ErrorInput.ReadUntilAsync("\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task H14_TargetsOutsideTheInventory_AreNotDialled()
    {
        await using var service = new FakeNode("SSH-2.0-OpenSSH_9.2\r\n");
        await using TestProxy proxy = TestProxy.Start();
        proxy.AddNode("node1", service.Address);
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        foreach (string host in new[] { "127.0.0.1", "localhost", "::1", "::ffff:127.0.0.1", "169.254.169.254", "0.0.0.0", "127.1", "2130706433" })
        {
            // A node's own address with its own port is the node; everything else is nothing.
            uint port = host == "127.0.0.1" ? (uint)proxy.Web.Port : (uint)service.Port;
            await Assert.ThrowsAsync<SshChannelOpenException>(() => ssh.OpenChannelAsync(new DirectTcpip(host, port, "127.0.0.1", 1), ct: Stop));
        }

        Assert.Equal(0, service.ConnectionCount);
    }

    [Fact]
    public async Task H14_NameOnTheListThatLeadsToLoopback_IsNotDialled()
    {
        await using var service = new FakeNode("SSH-2.0-OpenSSH_9.2\r\n");
        await using TestProxy proxy = TestProxy.Start(o => o with { AllowUnregistered = [$"localhost:{service.Port}", $"0.0.0.0/0:{service.Port}"] });
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();

        string text = await RefusalAsync(ssh, "localhost", (uint)service.Port);

        Assert.Contains("allow_unregistered", text, StringComparison.Ordinal);
        Assert.Equal(0, service.ConnectionCount);
    }

    [Fact]
    public async Task AllowUnregistered_ListedNetwork_IsDialledWithoutAHeader()
    {
        await using var service = new FakeNode("SSH-2.0-OpenSSH_9.2\r\n");
        await using TestProxy proxy = TestProxy.Start(o => o with { AllowUnregistered = [$"127.0.0.0/8:{service.Port}"] });
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();

        await using SshChannel channel = await ssh.OpenChannelAsync(new DirectTcpip("127.0.0.1", (uint)service.Port, "127.0.0.1", 1), ct: Stop);

        Assert.Equal("SSH-2.0-OpenSSH_9.2\r\n", await channel.Input.ReadUntilAsync("\n"));
        await channel.WriteAsync("SSH-2.0-client\r\n");
        Assert.Equal("SSH-2.0-client\r\n", await channel.Input.ReadUntilAsync("\n"));
    }

    [Fact]
    public async Task H14_NodeThatIsNoSshServer_GetsNothingOfTheClient()
    {
        await using var metadata = new FakeNode("HTTP/1.1 400 Bad Request\r\n");
        await using TestProxy proxy = TestProxy.Start();
        proxy.AddNode("liar", metadata.Address);
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        await using SshChannel channel = await ssh.OpenChannelAsync(new DirectTcpip("liar", 0, "127.0.0.1", 1), ct: Stop);

        await channel.WriteAsync("GET /latest/meta-data HTTP/1.1\r\n\r\n");

        Assert.Equal("", await channel.Input.ReadToEndAsync());
        Assert.Contains("does not speak SSH", await channel.ErrorInput.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisconnectExpiredCert_AtExpiry_EndsConnectionsThatAreBusy()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = new FakeNode();
        await using TestProxy proxy = TestProxy.Start(time: time);
        proxy.Snapshot = proxy.Snapshot with { AuthPreference = new AuthPreferenceSpec { DisconnectExpiredCert = true } };
        proxy.AddNode("node1", node.Address);
        await using SshConnection ssh = await proxy.ConnectAsync(
            proxy.Authorities.User(proxy.Authorities.Identity("alice", "admin") with { Expires = time.GetUtcNow().AddMinutes(3) }));
        await using SshChannel channel = await ssh.OpenChannelAsync(new DirectTcpip("node1", 0, "127.0.0.1", 1), ct: Stop);
        await channel.Input.ReadUntilAsync("\n");

        time.Advance(TimeSpan.FromMinutes(3));

        await ssh.Completion.WaitAsync(TestProxy.Patience, Stop);
        // The reason comes with the end of the channel and with that of the connection; either may be the first to arrive.
        string told = ssh.CloseReason!.ByPeer ? ssh.CloseReason.Description : await channel.ErrorInput.ReadUntilAsync("tsh login\n");
        Assert.Contains("certificate has expired", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredCertificate_NewChannel_IsRefusedEvenWithoutDisconnecting()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = new FakeNode();
        await using TestProxy proxy = TestProxy.Start(time: time);
        proxy.AddNode("node1", node.Address);
        await using SshConnection ssh = await proxy.ConnectAsync(
            proxy.Authorities.User(proxy.Authorities.Identity("alice", "admin") with { Expires = time.GetUtcNow().AddMinutes(3) }));

        time.Advance(TimeSpan.FromMinutes(3));

        Assert.Contains("tsh login", await RefusalAsync(ssh, "node1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task IdleTimeout_NothingSent_ClosesWithAReason()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = new FakeNode();
        await using TestProxy proxy = TestProxy.Start(time: time);
        proxy.Snapshot = proxy.Snapshot with { Networking = new NetworkingConfigSpec { ClientIdleTimeout = "10m" } };
        proxy.AddNode("node1", node.Address);
        await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
        await using SshChannel channel = await ssh.OpenChannelAsync(new DirectTcpip("node1", 0, "127.0.0.1", 1), ct: Stop);
        await channel.Input.ReadUntilAsync("\n");
        await channel.WriteAsync("x");
        await channel.Input.ReadUntilAsync("x");

        Task<string> errors = channel.ErrorInput.ReadToEndAsync();
        while (!errors.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(50));
            await Task.WhenAny(errors, Task.Delay(20, Stop));
        }

        Assert.Contains("nothing was sent", await errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MaxUsers_Reached_RefusesFurtherUsersButNotFurtherConnections()
    {
        await using TestProxy proxy = TestProxy.Start(limits: new ConnectionLimits { MaxUsers = 1 });
        await using SshConnection first = await proxy.ConnectAsAdminAsync();
        await using SshConnection second = await proxy.ConnectAsAdminAsync();

        await using SshConnection other = await proxy.ConnectAsync(proxy.Authorities.User(proxy.Authorities.Identity("bob", "dev")));
        await other.Completion.WaitAsync(TestProxy.Patience, Stop);

        Assert.Contains("limit", other.CloseReason!.Description, StringComparison.Ordinal);
        Assert.False(second.Completion.IsCompleted);
    }

    [Fact]
    public async Task Drain_IdleConnections_EndAndBusyOnesFinish()
    {
        await using var node = new FakeNode();
        await using TestProxy proxy = TestProxy.Start();
        proxy.AddNode("node1", node.Address);
        await using SshConnection idle = await proxy.ConnectAsAdminAsync();
        await using SshConnection busy = await proxy.ConnectAsAdminAsync();
        await using SshChannel channel = await busy.OpenChannelAsync(new DirectTcpip("node1", 0, "127.0.0.1", 1), ct: Stop);
        await channel.Input.ReadUntilAsync("\n");

        Task draining = proxy.DrainAsync();
        await idle.Completion.WaitAsync(TestProxy.Patience, Stop);
        await channel.WriteAsync("still here");
        Assert.Equal("still here", await channel.Input.ReadUntilAsync("here"));
        Assert.False(draining.IsCompleted);
        await channel.SendEofAsync();

        await busy.Completion.WaitAsync(TestProxy.Patience, Stop);
        await draining.WaitAsync(TestProxy.Patience, Stop);
        Assert.Contains("shutting down", idle.CloseReason!.Description, StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(SshConnection ssh, string host, uint port = 22) =>
        (await Assert.ThrowsAsync<SshChannelOpenException>(() => ssh.OpenChannelAsync(new DirectTcpip(host, port, "127.0.0.1", 1), ct: Stop))).Description;
}
