using System.Net;
using Teleport.Abstractions.Errors;

namespace Teleport.Tsh.Tests;

public sealed class PathTests
{
    [Theory]
    [InlineData("8080:web:80", null, 8080, "web", 80)]
    [InlineData("127.0.0.1:8080:web:80", "127.0.0.1", 8080, "web", 80)]
    [InlineData("[::1]:8080:[2001:db8::1]:80", "::1", 8080, "2001:db8::1", 80)]
    public void Parse_Forward_IsRead(string text, string? bind, int port, string host, int hostPort) =>
        Assert.Equal(new PortForward(bind, port, host, hostPort), PortForward.Parse(text, "-L"));

    [Theory]
    [InlineData("80")]
    [InlineData("a:b:c")]
    [InlineData("1:2")]
    [InlineData("0:a:1")]
    [InlineData("1:a:0")]
    [InlineData("[::1:1:a:2")]
    [InlineData("99999:a:1")]
    public void Parse_NoForward_IsRefused(string text) => Assert.Throws<TeleportException>(() => PortForward.Parse(text, "-L"));

    [Theory]
    [InlineData("1080", "127.0.0.1:1080")]
    [InlineData("*:1080", "0.0.0.0:1080")]
    [InlineData("[::1]:1080", "[::1]:1080")]
    public void ParseDynamic_Port_IsRead(string text, string expected) => Assert.Equal(IPEndPoint.Parse(expected), PortForward.ParseDynamic(text));

    [Theory]
    [InlineData("root@web1:/tmp/x", "root", "web1", "/tmp/x")]
    [InlineData("web1:", null, "web1", "")]
    [InlineData("root@[2001:db8::1]:x", "root", "2001:db8::1", "x")]
    [InlineData("./a:b", null, null, "./a:b")]
    [InlineData("/a/b", null, null, "/a/b")]
    [InlineData("file", null, null, "file")]
    [InlineData(":x", null, null, ":x")]
    public void Parse_CopyPath_IsRead(string text, string? login, string? host, string path) => Assert.Equal(new CopyPath(login, host, path), CopyPath.Parse(text));
}
