using System.Net;
using Teleport.Proxy.Routing;

namespace Teleport.Proxy.Tests.Routing;

public sealed class UnregisteredTargetsTests
{
    [Theory]
    [InlineData("legacy.example", "legacy.example", "203.0.113.9", 22, true)]
    [InlineData("legacy.example", "LEGACY.example", "203.0.113.9", 22, true)]
    [InlineData("legacy.example", "legacy.example", "203.0.113.9", 2222, false)]
    [InlineData("legacy.example:2222", "legacy.example", "203.0.113.9", 2222, true)]
    [InlineData("legacy.example", "other.example", "203.0.113.9", 22, false)]
    [InlineData("10.0.0.0/8", "anything", "10.1.2.3", 22, true)]
    [InlineData("10.0.0.0/8", "anything", "11.1.2.3", 22, false)]
    [InlineData("10.0.0.0/8", "anything", "::ffff:10.1.2.3", 22, true)]
    [InlineData("10.0.0.7", "anything", "10.0.0.7", 22, true)]
    [InlineData("10.0.0.7", "anything", "10.0.0.8", 22, false)]
    [InlineData("[fd00::/8]:2222", "anything", "fd00::1", 2222, true)]
    [InlineData("127.0.0.0/8:8022", "anything", "127.0.0.1", 8022, true)]
    public void Allows_ListedTargets_AsListed(string entry, string host, string address, int port, bool expected) =>
        Assert.Equal(expected, new UnregisteredTargets([entry]).Allows(host, IPAddress.Parse(address), port));

    [Theory]
    [InlineData("legacy.example", "127.0.0.1")]
    [InlineData("legacy.example", "::1")]
    [InlineData("legacy.example", "169.254.169.254")]
    [InlineData("legacy.example", "::ffff:169.254.169.254")]
    [InlineData("legacy.example", "fe80::1")]
    [InlineData("legacy.example", "0.0.0.0")]
    [InlineData("legacy.example", "100.100.100.200")]
    [InlineData("legacy.example", "fd00:ec2::254")]
    [InlineData("0.0.0.0/0", "127.0.0.1")]
    [InlineData("0.0.0.0/0", "169.254.169.254")]
    [InlineData("0.0.0.0/0", "::ffff:127.0.0.1")]
    [InlineData("::/0", "::1")]
    [InlineData("::/0", "64:ff9b::7f00:1")]
    [InlineData("126.0.0.0/7", "127.0.0.1")]
    public void H14_NameOrWideNetworkThatLeadsInside_IsRefused(string entry, string address)
    {
        var targets = new UnregisteredTargets([entry]);

        Assert.False(targets.Allows("legacy.example", IPAddress.Parse(address), 22));
        // The same entry is good for what it was meant for.
        Assert.True(targets.Allows("legacy.example", IPAddress.Parse(entry.StartsWith("::", StringComparison.Ordinal) ? "2001:db8::9" : entry.StartsWith("126", StringComparison.Ordinal) ? "126.1.1.1" : "203.0.113.9"), 22));
    }

    [Theory]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    [InlineData("10.0.0.0/33")]
    [InlineData("*.example")]
    [InlineData("host:0")]
    [InlineData("host:22:22")]
    [InlineData("https://host")]
    [InlineData("")]
    public void TryParse_EntryThatIsNoTarget_IsAMistake(string entry)
    {
        Assert.False(AllowedTarget.TryParse(entry, out _, out string? mistake));
        Assert.Contains("10.0.0.0/8", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void MayLookUp_NothingListed_NamesAreNotLookedUp() => Assert.False(new UnregisteredTargets([]).MayLookUp("secret.attacker.example", 22));
}
