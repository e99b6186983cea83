using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Api.Cluster.V1;

namespace Teleport.Api.Tests;

public sealed class AuthClientTests
{
    private const string ClusterName = "lab.example";
    private static readonly string ServerName = AuthProtocol.ServerName(ClusterName);

    [Fact]
    public async Task Call_SshAnswers_SaysSo()
    {
        await using FakeServer ssh = FakeServer.Saying("SSH-2.0-OpenSSH_9.2\r\n");

        TeleportException error = await CallAsync(ssh.Address, []);

        Assert.Contains($"{ssh.Address.ToHostPort()} speaks SSH, not TLS", error.Message, StringComparison.Ordinal);
        Assert.Contains("3025", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_PlainHttpAnswers_SaysSo()
    {
        await using FakeServer http = FakeServer.Saying("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");

        TeleportException error = await CallAsync(http.Address, []);

        Assert.Contains("speaks plain HTTP", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_NobodyListens_SaysWhere()
    {
        NetworkAddress address;
        await using (FakeServer gone = FakeServer.Silent())
        {
            address = gone.Address;
        }

        TeleportException error = await CallAsync(address, []);

        Assert.Contains($"Cannot connect to the auth service at {address.ToHostPort()}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_NobodyAnswers_EndsWithTheLimit()
    {
        await using FakeServer silent = FakeServer.Silent();
        await using AuthClient client = AuthClient.Create(new AuthClientOptions
        {
            Endpoint = new AuthEndpoint(silent.Address, AuthRoute.Direct, ClusterName), Roots = static () => [], ConnectTimeout = TimeSpan.FromMilliseconds(300),
        });

        TeleportException error = await Assert.ThrowsAsync<TeleportException>(async () =>
            await client.Cluster.PingAsync(new PingRequest(), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCode.Unavailable, error.Code);
        Assert.Contains("did not answer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_CancelledByTheCaller_IsNoError()
    {
        await using FakeServer silent = FakeServer.Silent();
        await using AuthClient client = AuthClient.Create(new AuthEndpoint(silent.Address, AuthRoute.Direct, ClusterName), null, []);
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.Cluster.PingAsync(new PingRequest(), cancellationToken: cancelled.Token));
    }

    [Fact]
    public async Task Call_ConnectionIsClosed_SaysSo()
    {
        await using FakeServer closing = FakeServer.Closing();

        Assert.Contains("TLS handshake", (await CallAsync(closing.Address, [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other authority", "no authority that is trusted here")]
    [InlineData("other name", "not that of an auth server of this cluster")]
    [InlineData("common name only", "not that of an auth server of this cluster")]
    [InlineData("wildcard", "not that of an auth server of this cluster")]
    [InlineData("expired", "good from")]
    [InlineData("client usage", "no authority that is trusted here")]
    public async Task H27_ServerThatIsNotTheClusters_IsRefused(string flaw, string expected)
    {
        using var authority = new TestAuthority("lab");
        using var stranger = new TestAuthority("lab");
        using X509Certificate2 certificate = flaw switch
        {
            "other authority" => stranger.Server(ServerName),
            "other name" => authority.Server(AuthProtocol.ServerName("other.example")),
            "common name only" => authority.Server("node.lab.example", commonName: ServerName),
            "wildcard" => authority.Server("*." + AuthProtocol.ServerNameSuffix),
            "expired" => authority.Server(ServerName, TimeSpan.FromDays(-1)),
            _ => authority.Server(ServerName, usage: "1.3.6.1.5.5.7.3.2"),
        };
        await using FakeServer server = FakeServer.Tls(certificate, SslApplicationProtocol.Http2);

        TeleportException error = await CallAsync(server.Address, [authority.Certificate]);

        Assert.StartsWith("Refused to talk to", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_TlsWithoutHttp2_SaysThatItIsNoAuthService()
    {
        using var authority = new TestAuthority("lab");
        using X509Certificate2 certificate = authority.Server(ServerName);
        await using FakeServer server = FakeServer.Tls(certificate, SslApplicationProtocol.Http11, SslApplicationProtocol.Http2);
        await using FakeServer web = FakeServer.Tls(certificate);

        // The right server, by the right name: the handshake succeeds, and what follows is another matter.
        Assert.Contains("HTTP/2 was not agreed on", (await CallAsync(web.Address, [authority.Certificate])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ServerName_OfAnyCluster_FitsADnsLabel()
    {
        Assert.Equal("6c61622e6578616d706c65.teleport.cluster.local", ServerName);
        Assert.Equal("teleport-auth@6c61622e6578616d706c65", AuthProtocol.AlpnName(ClusterName));
        string longName = new('a', 128);
        Assert.Equal(62, AuthProtocol.Encode(longName).Length);
        Assert.NotEqual(AuthProtocol.Encode(longName), AuthProtocol.Encode(longName[..127]));
    }

    private static async Task<TeleportException> CallAsync(NetworkAddress address, X509Certificate2Collection roots)
    {
        await using AuthClient client = AuthClient.Create(new AuthEndpoint(address, AuthRoute.Direct, ClusterName), null, roots);
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(async () =>
            await client.Cluster.PingAsync(new PingRequest(), cancellationToken: TestContext.Current.CancellationToken).ResponseAsync.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(ErrorCode.Unavailable, error.Code);
        return error;
    }
}
