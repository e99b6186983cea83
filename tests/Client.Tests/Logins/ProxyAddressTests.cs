using Teleport.Abstractions.Errors;
using Teleport.Client.Web;

namespace Teleport.Client.Tests.Logins;

public sealed class ProxyAddressTests
{
    [Theory]
    [InlineData("proxy.example.com", "proxy.example.com", null, null)]
    [InlineData("Proxy.Example.COM:443", "proxy.example.com", 443, null)]
    [InlineData("proxy:3080,3023", "proxy", 3080, 3023)]
    [InlineData("https://proxy:8443", "proxy", 8443, null)]
    [InlineData("https://proxy", "proxy", 443, null)]
    [InlineData("[::1]:3080", "::1", 3080, null)]
    public void Parse_Address_IsRead(string text, string host, int? web, int? ssh) => Assert.Equal(new ProxyAddress(host, web, ssh), ProxyAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("proxy:x")]
    [InlineData("proxy:3080,x")]
    [InlineData("proxy:3080,0")]
    [InlineData("proxy:1,2,3")]
    [InlineData("http://proxy:3080")]
    [InlineData("-oProxy")]
    [InlineData("../x")]
    public void H53_AddressThatIsNone_IsRefused(string text) => Assert.Throws<TeleportException>(() => ProxyAddress.Parse(text));

    [Fact]
    public void WebAddresses_NoPort_AreTheUsualOnes() => Assert.Equal(["p:3080", "p:443"], ProxyAddress.Parse("p").WebAddresses.Select(static address => address.ToHostPort()));
}
