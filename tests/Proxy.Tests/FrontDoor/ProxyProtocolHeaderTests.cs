using System.Net;
using System.Text;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy.Tests.FrontDoor;

public sealed class ProxyProtocolHeaderTests
{
    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 4711 3080\r\n", "203.0.113.7:4711")]
    [InlineData("PROXY TCP6 2001:db8::7 2001:db8::1 4711 3080\r\n", "[2001:db8::7]:4711")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    public void TryRead_Line_NamesTheClient(string line, string? client)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(line + "SSH-2.0-x\r\n");

        Assert.Equal(ParseStatus.Complete, ProxyProtocolHeader.TryRead(bytes, out int length, out IPEndPoint? read));
        Assert.Equal(line.Length, length);
        Assert.Equal(client, read?.ToString());
        for (int cut = 6; cut < line.Length; cut++)
        {
            Assert.Equal(ParseStatus.Incomplete, ProxyProtocolHeader.TryRead(bytes.AsSpan(0, cut), out _, out _));
        }
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 4711\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 2001:db8::1 4711 3080\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 47110 999999\r\n")]
    [InlineData("PROXY TCP9 203.0.113.7 10.0.0.1 4711 3080\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.1 4711 3080 more\r\n")]
    public void TryRead_WrongLine_IsInvalid(string line) =>
        Assert.Equal(ParseStatus.Invalid, ProxyProtocolHeader.TryRead(Encoding.ASCII.GetBytes(line), out _, out _));

    [Fact]
    public void TryRead_LineWithoutEnd_IsInvalid() =>
        Assert.Equal(ParseStatus.Invalid, ProxyProtocolHeader.TryRead(Encoding.ASCII.GetBytes("PROXY TCP4 " + new string('1', 200)), out _, out _));

    [Fact]
    public void TryRead_Binary_NamesTheClient()
    {
        byte[] bytes = [.. ProxyProtocolHeader.BinarySignature, 0x21, 0x11, 0, 15, 203, 0, 113, 7, 10, 0, 0, 1, 0x12, 0x67, 0x0C, 0x08, 4, 0, 0, 99];

        Assert.Equal(ParseStatus.Complete, ProxyProtocolHeader.TryRead(bytes, out int length, out IPEndPoint? client));
        Assert.Equal(bytes.Length - 1, length);
        Assert.Equal("203.0.113.7:4711", client!.ToString());
    }

    [Theory]
    [InlineData(0x31, 0x11, 12)]
    [InlineData(0x21, 0x31, 12)]
    [InlineData(0x21, 0x21, 12)]
    [InlineData(0x21, 0x11, 4096)]
    public void TryRead_WrongBinary_IsInvalid(byte command, byte family, int length)
    {
        byte[] bytes = [.. ProxyProtocolHeader.BinarySignature, command, family, (byte)(length >> 8), (byte)length, .. new byte[40]];

        Assert.Equal(ParseStatus.Invalid, ProxyProtocolHeader.TryRead(bytes, out _, out _));
    }
}
