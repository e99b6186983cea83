using System.Text;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy.Tests.FrontDoor;

public sealed class PlainHttpAnswerTests
{
    [Fact]
    public void Answer_Get_LeadsToTheProxysOwnAddress()
    {
        string answer = PlainHttpAnswer.Answer("GET /web/invite/abc?x=1 HTTP/1.1\r\nHost: evil.example\r\n\r\n"u8, "proxy.example:3080");

        Assert.StartsWith("HTTP/1.1 308 ", answer, StringComparison.Ordinal);
        Assert.Contains("Location: https://proxy.example:3080/web/invite/abc?x=1\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /webapi/ssh/certs HTTP/1.1\r\n")]
    [InlineData("GET http://evil.example/ HTTP/1.1\r\n")]
    [InlineData("GET /a\tb HTTP/1.1\r\n")]
    [InlineData("GET /\u00e9 HTTP/1.1\r\n")]
    [InlineData("GET /unfinished")]
    public void H20_OtherRequests_AreNotRedirected(string request)
    {
        string answer = PlainHttpAnswer.Answer(Encoding.Latin1.GetBytes(request), "proxy.example:3080");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("https://proxy.example:3080/", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Location", answer, StringComparison.Ordinal);
    }
}
