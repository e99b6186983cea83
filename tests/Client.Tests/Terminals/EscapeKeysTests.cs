using System.Buffers;
using System.Text;
using Teleport.Client.Terminals;

namespace Teleport.Client.Tests.Terminals;

public sealed class EscapeKeysTests
{
    [Theory]
    [InlineData("~.", "", EscapeAction.Disconnect)]
    [InlineData("ls\r~.", "ls\r", EscapeAction.Disconnect)]
    [InlineData("~?", "", EscapeAction.Help)]
    [InlineData("~\u001a", "", EscapeAction.Suspend)]
    [InlineData("a~.", "a~.", EscapeAction.None)]
    [InlineData("~~.", "~.", EscapeAction.None)]
    [InlineData("~x", "~x", EscapeAction.None)]
    [InlineData("~", "", EscapeAction.None)]
    public void Process_TypedAtOnceOrKeyByKey_FindsTheAction(string typed, string passed, EscapeAction expected)
    {
        var atOnce = new ArrayBufferWriter<byte>();
        Assert.Equal(expected, new EscapeKeys().Process(Encoding.ASCII.GetBytes(typed), atOnce, out _));
        Assert.Equal(passed, Encoding.ASCII.GetString(atOnce.WrittenSpan));

        var oneByOne = new ArrayBufferWriter<byte>();
        var keys = new EscapeKeys();
        EscapeAction last = EscapeAction.None;
        foreach (byte key in Encoding.ASCII.GetBytes(typed))
        {
            last = keys.Process([key], oneByOne, out _);
        }

        Assert.Equal((expected, passed), (last, Encoding.ASCII.GetString(oneByOne.WrittenSpan)));
    }
}
