using Microsoft.Extensions.Time.Testing;
using Teleport.Abstractions.Resources;
using Teleport.Agent;
using Teleport.Proxy.Tests.Fixtures;
using Teleport.Proxy.Tests.FrontDoor;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Proxy.Tests.Tunnels;

/// <summary>Nodes without a port of their own.</summary>
public sealed class TunnelTests
{
    private const string Id = "7d3c1d5e-4a8e-4d5e-9a55-0c2f6a6a1111";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_BehindATunnel_IsReached(bool overTheWebPort)
    {
        await using TestProxy proxy = TestProxy.Start();
        Server node = proxy.AddNode("edge", "", tunnel: true, id: Id);
        await using FakeAgent agent = await FakeAgent.ConnectAsync(proxy, Id, port: overTheWebPort ? proxy.Web : null);
        await FrontDoorTests.EventuallyAsync(() => proxy.TunnelCount == 1);
        await using SshConnection user = await proxy.ConnectAsAdminAsync();

        await using SshChannel channel = await user.OpenChannelAsync(new DirectTcpip("edge", 22, "127.0.0.1", 1), ct: Stop);

        Assert.Equal(FakeNode.Greeting, await channel.Input.ReadUntilAsync("\n"));
        await channel.WriteAsync("hello");
        Assert.Equal("hello", await channel.Input.ReadUntilAsync("hello"));
        Assert.Equal($"teleport-transport-dial @local-node {Id}.lab.example node", Assert.Single(agent.Dials));
        Assert.NotNull(ProxyHeader.Verify(Assert.Single(agent.Headers), node.Metadata.Name, proxy.Snapshot, TimeProvider.System));
        await channel.SendEofAsync();
        Assert.Equal("", await channel.Input.ReadToEndAsync());
    }

    [Fact]
    public async Task Dial_RefusedByTheAgent_TellsTheUserWhy()
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.AddNode("edge", "", tunnel: true, id: Id);
        await using FakeAgent agent = await FakeAgent.ConnectAsync(proxy, Id, refusal: "the node is \u001b[31mstopping");
        await FrontDoorTests.EventuallyAsync(() => proxy.TunnelCount == 1);
        await using SshConnection user = await proxy.ConnectAsAdminAsync();

        SshChannelOpenException error = await Assert.ThrowsAsync<SshChannelOpenException>(
            () => user.OpenChannelAsync(new DirectTcpip("edge", 22, "127.0.0.1", 1), ct: Stop));

        Assert.Contains("the agent of edge refused the connection: the node is", error.Description, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error.Description);
    }

    [Fact]
    public async Task Tunnel_NewerOne_TakesOverAndTheOlderEndsWithItsLastConnection()
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.AddNode("edge", "", tunnel: true, id: Id);
        await using FakeAgent older = await FakeAgent.ConnectAsync(proxy, Id);
        await FrontDoorTests.EventuallyAsync(() => proxy.TunnelCount == 1);
        await using SshConnection user = await proxy.ConnectAsAdminAsync();
        await using SshChannel first = await user.OpenChannelAsync(new DirectTcpip("edge", 22, "127.0.0.1", 1), ct: Stop);
        await first.Input.ReadUntilAsync("\n");

        await using FakeAgent newer = await FakeAgent.ConnectAsync(proxy, Id);
        SshChannel second;
        do
        {
            second = await user.OpenChannelAsync(new DirectTcpip("edge", 22, "127.0.0.1", 1), ct: Stop);
            await second.Input.ReadUntilAsync("\n");
            await second.DisposeAsync();
        }
        while (newer.Dials.IsEmpty);

        await first.WriteAsync("still here");
        Assert.Equal("still here", await first.Input.ReadUntilAsync("here"));
        await first.DisposeAsync();
        await older.Connection.Completion.WaitAsync(TestProxy.Patience, Stop);
        Assert.Equal(1, proxy.TunnelCount);
    }

    [Theory]
    [InlineData("session")]
    [InlineData("direct-tcpip")]
    [InlineData("teleport-transport")]
    public async Task Agent_OpensAnythingButAHeartbeat_IsRefusedWithTheKnownSentence(string type)
    {
        await using TestProxy proxy = TestProxy.Start();
        await using FakeAgent agent = await FakeAgent.ConnectAsync(proxy, Id);

        SshChannelOpenException error = await Assert.ThrowsAsync<SshChannelOpenException>(() => agent.Connection.OpenChannelAsync(type, ct: Stop));

        Assert.Equal("Cannot open new SSH session on reverse tunnel. Are you connecting to the right port?", error.Description);
        await using SshChannel heartbeat = await agent.Connection.OpenChannelAsync("teleport-heartbeat", ct: Stop);
        Assert.True(await heartbeat.SendRequestAsync("ping", default, wantReply: true, Stop));
        Assert.False(await heartbeat.SendRequestAsync("exec", default, wantReply: true, Stop));
    }

    [Fact]
    public async Task Heartbeats_ThreeMissed_CloseTheTunnelAndKeptOnesDoNot()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using TestProxy proxy = TestProxy.Start(time: time);
        proxy.Snapshot = proxy.Snapshot with { Networking = new NetworkingConfigSpec { KeepAliveInterval = "30s", KeepAliveCountMax = 1000 } };
        await using FakeAgent silent = await FakeAgent.ConnectAsync(proxy, Id);
        await using FakeAgent heard = await FakeAgent.ConnectAsync(proxy, "7d3c1d5e-4a8e-4d5e-9a55-0c2f6a6a2222");
        await using SshChannel heartbeat = await heard.Connection.OpenChannelAsync("teleport-heartbeat", ct: Stop);
        await FrontDoorTests.EventuallyAsync(() => proxy.TunnelCount == 2);

        for (int i = 0; i < 30 && !silent.Connection.Completion.IsCompleted; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.True(await heartbeat.SendRequestAsync("ping", default, wantReply: true, Stop));
        }

        await silent.Connection.Completion.WaitAsync(TestProxy.Patience, Stop);
        Assert.Contains("heartbeat", silent.Connection.CloseReason!.Description, StringComparison.Ordinal);
        await FrontDoorTests.EventuallyAsync(() => proxy.TunnelCount == 1);
        Assert.False(heard.Connection.Completion.IsCompleted);
    }
}
