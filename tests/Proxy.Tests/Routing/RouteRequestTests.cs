using Teleport.Proxy.Routing;

namespace Teleport.Proxy.Tests.Routing;

public sealed class RouteRequestTests
{
    [Theory]
    [InlineData("proxy:host:3022", "host", 3022, null)]
    [InlineData("proxy:host:0@default@lab.example", "host", 0, "lab.example")]
    [InlineData("proxy:host:22@lab.example", "host", 22, "lab.example")]
    [InlineData("proxy:host", "host", 0, null)]
    [InlineData("proxy:[2001:db8::1]:22", "2001:db8::1", 22, null)]
    [InlineData("proxy:2001:db8::1:22", "2001:db8::1", 22, null)]
    [InlineData("proxy:@lab.example", "", 0, "lab.example")]
    [InlineData("proxy:host:22@@lab.example", "host", 22, "lab.example")]
    public void TryParseSubsystem_KnownForms_AreRead(string text, string host, int port, string? cluster)
    {
        Assert.True(RouteRequest.TryParseSubsystem(text, out RouteRequest? request));
        Assert.Equal(new RouteRequest(host, port, cluster), request);
    }

    [Theory]
    [InlineData("proxy:")]
    [InlineData("sftp")]
    [InlineData("proxy:host:99999")]
    [InlineData("proxy:host:22@other@lab.example")]
    [InlineData("proxy:host:22@default@lab@example")]
    [InlineData("proxy:https://host:22")]
    [InlineData("proxy:ho st:22")]
    [InlineData("proxy:host\n:22")]
    [InlineData("PROXY:host:22")]
    public void TryParseSubsystem_OtherForms_AreRefused(string text) => Assert.False(RouteRequest.TryParseSubsystem(text, out _));

    [Theory]
    [InlineData("host", 22u, true)]
    [InlineData("2001:db8::1", 22u, true)]
    [InlineData("host", 70000u, false)]
    [InlineData("host:22", 22u, false)]
    [InlineData("https://host", 22u, false)]
    [InlineData("", 22u, false)]
    public void TryCreate_DirectTarget_IsChecked(string host, uint port, bool expected) =>
        Assert.Equal(expected, RouteRequest.TryCreate(host, port, out _));
}
