using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Client.Tests.Profiles;

public sealed class NamesTests
{
    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("a\nHost *")]
    [InlineData("-oProxyCommand=x")]
    [InlineData("a b")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("\u001b[2J")]
    public void H53_HostileNameFromAProxy_IsRefused(string name)
    {
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<TeleportException>(() => Names.Check(name, "cluster")).Code);
        Assert.Equal("demo-cluster", Names.Check("demo-cluster", "cluster"));
    }

    [Theory]
    [InlineData("alice.pub")]
    [InlineData("certs.pem")]
    [InlineData("alice-x509.pem")]
    [InlineData("known_hosts")]
    [InlineData(".ssh")]
    public void H53_UserNamedLikeAKeyFile_IsRefused(string name)
    {
        Assert.Throws<TeleportException>(() => Names.CheckUser(name));
        Assert.Equal("alice@example.com", Names.CheckUser("alice@example.com"));
    }

    [Fact]
    public void H24_TextForPeople_HasNoControlCharacters()
    {
        Assert.Equal("a[2Jb", Names.Printable("a\u001b[2J\u202eb\r\n"));
        Assert.Equal("a[2J\nb", Names.PrintableLines("a\u001b[2J\r\nb"));
    }
}
