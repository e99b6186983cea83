using System.Net;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Tests.Fixtures;
using Teleport.Client.Web;

namespace Teleport.Client.Tests.Web;

public sealed class OutboundDialerTests
{
    private static readonly NetworkAddress Target = new("proxy.example.com", 3023);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ConnectThrough_ProxyThatAgrees_LeavesWhatFollows()
    {
        await using var proxy = new Talker("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\nSSH-2.0-x\r\n");
        await using Stream stream = await OutboundDialer.ConnectThroughAsync(At(proxy), new NetworkCredential("u", "p"), Target, Token);
        byte[] first = new byte[11];
        await stream.ReadExactlyAsync(first, Token);
        Assert.Equal("SSH-2.0-x\r\n", Encoding.ASCII.GetString(first));
    }

    [Theory]
    [InlineData("HTTP/1.1 403 Forbidden by \u001b[2Jpolicy\r\n\r\n", "403 Forbidden by [2Jpolicy")]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407")]
    [InlineData("SSH-2.0-x\r\n\r\n", "does not connect")]
    [InlineData("HTTP/1.1 200 OK\r\n", "hung up")]
    public async Task ConnectThrough_ProxyThatDoesNot_SaysWhatItSaid(string answer, string expected)
    {
        await using var proxy = new Talker(answer);
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => OutboundDialer.ConnectThroughAsync(At(proxy), null, Target, Token));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("x.localhost", true)]
    [InlineData("localhost.example.com", false)]
    [InlineData("10.0.0.1", false)]
    public void IsLoopback_Host_IsThisMachineOrNot(string host, bool expected) => Assert.Equal(expected, OutboundDialer.IsLoopback(host));

    private static Uri At(Talker proxy) => new($"http://127.0.0.1:{proxy.Port}");
}
