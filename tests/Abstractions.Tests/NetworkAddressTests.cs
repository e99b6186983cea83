using System.Net;
using Teleport.Abstractions.Configuration;

namespace Teleport.Abstractions.Tests;

public class NetworkAddressTests
{
    [Theory]
    [InlineData("host:3022", "host", 3022, null)]
    [InlineData("host", "host", null, null)]
    [InlineData(":3025", "", 3025, null)]
    [InlineData("[2001:db8::1]:22", "2001:db8::1", 22, null)]
    [InlineData("2001:db8::1", "2001:db8::1", null, null)]
    [InlineData("https://proxy.example.com:443/", "proxy.example.com", 443, "https")]
    public void Parse_Address_IsRead(string text, string host, int? port, string? scheme) =>
        Assert.Equal(new NetworkAddress(host, port, scheme), NetworkAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("host:port")]
    [InlineData("host:70000")]
    [InlineData("ftp://host")]
    [InlineData("[::1")]
    [InlineData("a b:1")]
    [InlineData("user@host:1")]
    [InlineData("a:b:c")]
    public void Parse_SomethingElse_IsAFormatException(string text)
    {
        Assert.Throws<FormatException>(() => NetworkAddress.Parse(text));
        Assert.False(NetworkAddress.TryParse(text, out _));
    }

    [Fact]
    public void ToListenEndPoint_NameOfAMachine_IsRefused()
    {
        Assert.Equal(new IPEndPoint(IPAddress.Any, 3025), NetworkAddress.Parse(":3025").ToListenEndPoint(1));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9), NetworkAddress.Parse("localhost").ToListenEndPoint(9));
        Assert.Throws<FormatException>(() => NetworkAddress.Parse("example.com:1").ToListenEndPoint(1));
    }
}
