using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Api;
using Teleport.Proxy.Tests.Fixtures;
using Teleport.Ssh;

namespace Teleport.Proxy.Tests.FrontDoor;

/// <summary>The proxy's ports, spoken to by bytes.</summary>
public sealed class FrontDoorTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WebPort_PlainHttp_IsSentToHttps()
    {
        await using TestProxy proxy = TestProxy.Start();

        string answer = await ExchangeAsync(proxy.Web, "GET /web/invite/x HTTP/1.1\r\nHost: evil\r\n\r\n"u8.ToArray());

        Assert.StartsWith("HTTP/1.1 308 ", answer, StringComparison.Ordinal);
        Assert.Contains($"Location: https://127.0.0.1:{proxy.Web.Port}/web/invite/x\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebPort_SshByFirstBytes_IsTheSshProxy()
    {
        await using TestProxy proxy = TestProxy.Start();

        await using SshConnection ssh = await proxy.ConnectAsync(proxy.Authorities.User(proxy.Authorities.Identity("alice", "admin")), port: proxy.Web);

        Assert.True((await ssh.SendGlobalRequestAsync("x-teleport-version", default, wantReply: true, Stop)).IsSuccess);
    }

    [Fact]
    public async Task WebPort_SshByAlpn_IsTheSshProxy()
    {
        await using TestProxy proxy = TestProxy.Start();
        await using SslStream tls = await TlsAsync(proxy, "teleport-proxy-ssh");

        await using SshConnection ssh = await SshConnection.ConnectAsync(tls, new SshClientOptions
        {
            UserName = "root",
            Credentials = [proxy.Authorities.User(proxy.Authorities.Identity("alice", "admin"))],
            HostKeyVerifier = new CertificateAuthorityVerifier(proxy.Authorities.HostKeys, ["127.0.0.1"]),
        }, Stop);

        Assert.Equal("false"u8.ToArray(), (await ssh.SendGlobalRequestAsync("recording-proxy@teleport.com", default, wantReply: true, Stop)).Payload.ToArray());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0000")]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 4711 3023\r\nSSH-2.0-x\r\n")]
    public async Task SshPort_SomethingElse_IsToldWhatThisIs(string bytes)
    {
        await using TestProxy proxy = TestProxy.Start();

        string answer = await ExchangeAsync(proxy.SshPort, Encoding.Latin1.GetBytes(bytes));

        Assert.StartsWith("SSH-2.0-Teleport\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\0\0\0\u0008\u0004\u00d2\u0016\u002f")]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 4711 3080\r\nSSH-2.0-x\r\n")]
    [InlineData("\u0016\u0003\u0001\u0000\u0000")]
    [InlineData("\u0016\u0003\u0001\u0000\u0004\u0002\u0000\u0000\u0000")]
    [InlineData("nonsense")]
    public async Task H54_HostileFirstBytes_CloseTheConnectionAndNothingElse(string bytes)
    {
        await using TestProxy proxy = TestProxy.Start();

        Assert.Equal("", await ExchangeAsync(proxy.Web, Encoding.Latin1.GetBytes(bytes)));

        using HttpClient http = proxy.Http();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/webapi/ping", Stop)).StatusCode);
    }

    [Fact]
    public async Task ProxyHeader_OfATrustedSource_NamesTheClient()
    {
        await using TestProxy proxy = TestProxy.Start(o => o with { ProxyProtocolSources = ["127.0.0.0/8"] });
        proxy.AddNode("node1", "127.0.0.1:1");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(proxy.SshPort, Stop);
        await socket.SendAsync("PROXY TCP4 203.0.113.7 10.0.0.1 4711 3023\r\n"u8.ToArray(), Stop);

        // A certificate of nobody: the audit event has the address that the header named.
        using var stranger = new TestAuthorities();
        await Assert.ThrowsAnyAsync<SshException>(() => SshConnection.ConnectAsync(socket, new SshClientOptions
        {
            UserName = "root",
            Credentials = [stranger.User(stranger.Identity("mallory", "admin"))],
            HostKeyVerifier = new CertificateAuthorityVerifier(proxy.Authorities.HostKeys, ["127.0.0.1"]),
        }, Stop));

        await EventuallyAsync(() => proxy.Events.Count > 0);
        var refused = Assert.IsType<Teleport.Abstractions.Audit.AuthFailedEvent>(Assert.Single(proxy.Events));
        Assert.Equal("203.0.113.7:4711", refused.RemoteAddress);
    }

    [Fact]
    public async Task AuthAlpn_IsRelayedAsBytes()
    {
        using var auth = new TcpListener(IPAddress.Loopback, 0);
        auth.Start();
        await using TestProxy proxy = TestProxy.Start(authServers: [NetworkAddress.Parse(auth.LocalEndpoint.ToString()!)]);
        foreach (string name in new[] { AuthProtocol.AlpnName("lab.example"), AuthProtocol.AlpnPrefix })
        {
            byte[] hello = await ClientHelloTests.HelloAsync("x.teleport.cluster.local", name, "h2");
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(proxy.Web, Stop);
            // In two pieces, as a slow network would.
            await client.SendAsync(hello.AsMemory(0, 100), Stop);
            await client.SendAsync(hello.AsMemory(100), Stop);

            using Socket server = await auth.AcceptSocketAsync(Stop).AsTask().WaitAsync(TestProxy.Patience, Stop);
            Assert.Equal(hello, await ReadAsync(server, hello.Length));
            await server.SendAsync("answer"u8.ToArray(), Stop);
            Assert.Equal("answer"u8.ToArray(), await ReadAsync(client, 6));
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await server.ReceiveAsync(new byte[1], Stop));
            await server.SendAsync("last words"u8.ToArray(), Stop);
            Assert.Equal("last words"u8.ToArray(), await ReadAsync(client, 10));
            server.Shutdown(SocketShutdown.Both);
            Assert.Equal(0, await client.ReceiveAsync(new byte[1], Stop));
        }
    }

    [Fact]
    public async Task AuthAlpn_OfAnotherClusterOrWithoutAnAuthServer_IsATlsAlert()
    {
        await using TestProxy proxy = TestProxy.Start();

        string other = await ExchangeAsync(proxy.Web, await ClientHelloTests.HelloAsync("x", AuthProtocol.AlpnName("other.example"), "h2"));
        string away = await ExchangeAsync(proxy.Web, await ClientHelloTests.HelloAsync("x", AuthProtocol.AlpnName("lab.example"), "h2"));

        Assert.Equal("\u0015\u0003\u0003\0\u0002\u0002x", other);
        Assert.Equal("\u0015\u0003\u0003\0\u0002\u0002P", away);
    }

    [Fact]
    public async Task H54_SilentAndSlowConnections_DoNotKeepUsersOut()
    {
        await using TestProxy proxy = TestProxy.Start(limits: new ConnectionLimits { MaxConnections = 60 });
        var flood = new List<Socket>();
        try
        {
            foreach (IPEndPoint port in new[] { proxy.Web, proxy.SshPort, proxy.TunnelPort })
            {
                for (int i = 0; i < 150; i++)
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    flood.Add(socket);
                    await socket.ConnectAsync(port, Stop);
                    if (i % 2 == 0)
                    {
                        await socket.SendAsync(new byte[] { 0x16 }, Stop);
                    }
                }
            }

            await using SshConnection ssh = await proxy.ConnectAsAdminAsync();
            using HttpClient http = proxy.Http();
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/webapi/ping", Stop)).StatusCode);
            Assert.False(ssh.Completion.IsCompleted);
        }
        finally
        {
            flood.ForEach(static s => s.Dispose());
        }
    }

    [Fact]
    public async Task Bind_AddressTaken_SaysWhichKeyToChange()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        NetworkAddress address = NetworkAddress.Parse(taken.LocalEndpoint.ToString()!);

        Exception error = Assert.ThrowsAny<Exception>(() => TestProxy.Start(o => o with { ListenAddr = address }));

        Assert.Contains("proxy_service.listen_addr", error.Message, StringComparison.Ordinal);
        Assert.Contains("another program uses it", error.Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    internal static async Task EventuallyAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TestProxy.Patience);
        while (!condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    private static async Task<SslStream> TlsAsync(TestProxy proxy, string protocol)
    {
        byte[] expected = proxy.Certificates.Choose("localhost").Certificate.RawData;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(proxy.Web, Stop);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [new SslApplicationProtocol(protocol)],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetRawCertData().AsSpan().SequenceEqual(expected),
            },
            Stop);
        return tls;
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0, read = 1; at < count && read > 0; at += read)
        {
            read = await socket.ReceiveAsync(bytes.AsMemory(at), Stop).AsTask().WaitAsync(TestProxy.Patience, Stop);
        }

        return bytes;
    }

    /// <summary>Sends bytes and reads what comes back until the proxy closes.</summary>
    private static async Task<string> ExchangeAsync(IPEndPoint port, byte[] bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(port, Stop);
        await socket.SendAsync(bytes, Stop);
        var answer = new List<byte>();
        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, Stop).AsTask().WaitAsync(TestProxy.Patience, Stop) is var read and > 0)
            {
                answer.AddRange(buffer.AsSpan(0, read));
            }
        }
        catch (SocketException)
        {
            // Closed with bytes of ours unread: also an end.
        }

        return Encoding.Latin1.GetString([.. answer]);
    }
}
