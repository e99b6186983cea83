using Microsoft.Extensions.Time.Testing;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Client.Tests.Fixtures;

namespace Teleport.Client.Tests.Sessions;

public sealed class NodeConnectorTests : IAsyncLifetime
{
    private readonly TestCluster _cluster = new();
    private readonly FakeSshProxy _proxy;

    public NodeConnectorTests() => _proxy = new FakeSshProxy(_cluster);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _cluster.Dispose();
    }

    [Fact]
    public async Task Connect_ProxyAndNodeOfTheCluster_IsConnectedAndHasTheBanner()
    {
        _proxy.NodeBanner = "Maintenance at noon\u001b[2J\r\nsecond line";
        await using NodeConnection connection = await ConnectAsync("web1");
        Assert.Equal("Maintenance at noon[2J\nsecond line", connection.Banner);
    }

    [Fact]
    public async Task Connect_ProxyThatDoesNotLeadThere_SaysWhatTheProxySays()
    {
        _proxy.RouteRefusal = "access denied to root connecting to web1 on cluster demo: there is no such node";
        Assert.Equal(_proxy.RouteRefusal, (await FailureAsync("web1")).Message);
    }

    [Fact]
    public async Task Connect_NodeThatSaysWhy_IsQuoted()
    {
        _proxy.NodeRefusal = "access denied to root connecting to web1 on cluster demo: locked";
        TeleportException error = await FailureAsync("web1");
        Assert.Equal((ErrorCode.AccessDenied, _proxy.NodeRefusal), (error.Code, error.Message));
    }

    [Theory]
    [InlineData("root", "none of your roles allows this login")]
    [InlineData("nobody", "your certificate allows the logins root, deploy only")]
    public async Task Connect_NodeThatSaysNothing_IsExplainedByTheCertificate(string login, string expected)
    {
        _proxy.NodeRefusal = "";
        string message = (await FailureAsync("web1", login)).Message;
        Assert.StartsWith($"access denied to {login} connecting to web1 on cluster demo: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_HostOfAnotherName_IsRefused()
    {
        TeleportException error = await FailureAsync("web2");
        Assert.Contains("web2 cannot prove to be the host of that name", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H09_HostsOfAnotherCluster_AreRefused()
    {
        using var other = new TestCluster();
        _proxy.NodeKey = other.Host(SystemRole.Node, "web1");
        Assert.Contains("cannot prove", (await FailureAsync("web1")).Message, StringComparison.Ordinal);
        _proxy.NodeKey = _cluster.Host(SystemRole.Node, "web1");
        _proxy.ProxyKey = other.Host(SystemRole.Proxy, "localhost");
        Assert.Contains("not trusted", (await FailureAsync("web1")).Message, StringComparison.Ordinal);
        // A node in the place of the proxy could read what is typed at other nodes' prompts.
        _proxy.ProxyKey = _cluster.Host(SystemRole.Node, "localhost");
        Assert.Contains("not a proxy", (await FailureAsync("web1")).Message, StringComparison.Ordinal);
        _proxy.ProxyKey = _cluster.Host(SystemRole.Proxy, "localhost");
        await using NodeConnection connection = await ConnectAsync("web1");
    }

    [Fact]
    public async Task Connect_AnyHostTrusted_WarnsOfTheKey()
    {
        using var other = new TestCluster();
        _proxy.NodeKey = other.Host(SystemRole.Node, "web1");
        var warnings = new StringWriter();
        await using NodeConnection connection = await new NodeConnector(Profile(), Identity(), TimeProvider.System) { TrustAnyHost = warnings }.ConnectAsync(new NodeTarget(null, "web1", 0), "root", null, Token);
        Assert.Contains("is not checked", warnings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ProxyThatRefusesTheCertificate_SaysToLogInAgain()
    {
        _proxy.ProxyRefusal = "";
        TeleportException error = await FailureAsync("web1");
        Assert.Equal(ErrorCode.Unauthenticated, error.Code);
        Assert.Contains("tsh login --proxy=proxy:3080 --user=alice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndReason_NodeThatSaysGoodbye_HasItsWords()
    {
        _proxy.NodeGoodbye = "Your session was idle for 5 minutes.";
        await using NodeConnection connection = await ConnectAsync("web1");
        await connection.Node.Completion.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.Contains("Your session was idle for 5 minutes.", connection.EndReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_NotAnSshPort_SaysSo()
    {
        await using var web = new Talker("HTTP/1.1 400 Bad Request\r\n\r\n");
        TeleportException error = await FailureAsync("web1", address: new NetworkAddress("127.0.0.1", web.Port));
        Assert.Contains("Is it the proxy's SSH port?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ClockThatIsOff_DoesNotTrustTheHost()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(30));
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => new NodeConnector(Profile(), Identity(), clock).ConnectAsync(new NodeTarget(null, "web1", 0), "root", null, Token));
        Assert.Contains("not trusted", error.Message, StringComparison.Ordinal);
    }

    private Profile Profile(NetworkAddress? address = null) => _cluster.Login("proxy", "alice").Profile with { SshAddress = address ?? _proxy.Address };

    private ClientIdentity Identity() => ClientIdentity.Of(_cluster.Login("proxy", "alice").Identity);

    private Task<NodeConnection> ConnectAsync(string host, string login = "root", NetworkAddress? address = null) =>
        new NodeConnector(Profile(address), Identity(), TimeProvider.System).ConnectAsync(new NodeTarget(null, host, 0), login, null, Token);

    private Task<TeleportException> FailureAsync(string host, string login = "root", NetworkAddress? address = null) =>
        Assert.ThrowsAsync<TeleportException>(() => ConnectAsync(host, login, address));
}
