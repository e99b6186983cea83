using Teleport.Abstractions.Errors;
using Teleport.Client.Sessions;

namespace Teleport.Client.Tests.Sessions;

public sealed class NodeTargetTests
{
    [Theory]
    [InlineData("root@web1", "root", "web1", 0)]
    [InlineData("web1", null, "web1", 0)]
    [InlineData("root@web1:22", "root", "web1", 22)]
    [InlineData("root@[2001:db8::1]:22", "root", "2001:db8::1", 22)]
    [InlineData("root@2001:db8::1", "root", "2001:db8::1", 0)]
    [InlineData("a@b@web1", "a@b", "web1", 0)]
    [InlineData("root@env=dev", "root", "env=dev", 0)]
    [InlineData("mail=a@b", null, "mail=a@b", 0)]
    public void Parse_Target_IsRead(string text, string? login, string host, int port) => Assert.Equal(new NodeTarget(login, host, port), NodeTarget.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("root@")]
    [InlineData("-x@web1")]
    [InlineData("root@-web1")]
    [InlineData("root@web1:x")]
    [InlineData("root@[::1")]
    [InlineData("ro ot@web1")]
    public void H25_TargetThatIsNone_IsRefused(string text) => Assert.Throws<TeleportException>(() => NodeTarget.Parse(text));
}
