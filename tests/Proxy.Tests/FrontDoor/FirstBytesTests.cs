using System.Text;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy.Tests.FrontDoor;

public sealed class FirstBytesTests
{
    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", nameof(FirstBytesKind.Ssh))]
    [InlineData("GET / HTTP/1.1\r\n", nameof(FirstBytesKind.PlainHttp))]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", nameof(FirstBytesKind.PlainHttp))]
    [InlineData("PROXY TCP4 1.2.3.4", nameof(FirstBytesKind.ProxyHeader))]
    [InlineData("\r\n\r\n\0\r\nQUIT\n", nameof(FirstBytesKind.ProxyHeader))]
    [InlineData("\u0016\u0003\u0001", nameof(FirstBytesKind.Tls))]
    [InlineData("SSX", nameof(FirstBytesKind.Unknown))]
    [InlineData("get / HTTP/1.1", nameof(FirstBytesKind.Unknown))]
    [InlineData("\0\0\0\u0008\u0004\u00d2\u0016\u002f", nameof(FirstBytesKind.Unknown))]
    [InlineData("", nameof(FirstBytesKind.Undecided))]
    public void Classify_FirstBytes_TellsProtocols(string text, string kind) =>
        Assert.Equal(kind, FirstBytes.Classify(Encoding.Latin1.GetBytes(text)).ToString());

    [Theory]
    [InlineData("SSH-")]
    [InlineData("DELETE ")]
    [InlineData("PROXY ")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n")]
    public void Classify_EveryShorterPrefix_WaitsForMore(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(FirstBytesKind.Undecided, FirstBytes.Classify(bytes.AsSpan(0, length)));
        }
    }
}
