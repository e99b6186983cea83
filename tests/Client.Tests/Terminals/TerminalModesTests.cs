using System.Buffers.Binary;
using Teleport.Client.Terminals;

namespace Teleport.Client.Tests.Terminals;

public sealed class TerminalModesTests
{
    private const int InterruptOpcode = 1;
    private const int EchoOpcode = 53;
    private const int Utf8Opcode = 42;

    [Fact]
    public void Encode_Termios_GivesEachModeOnceAndAnEnd()
    {
        byte[] termios = new byte[256];
        BinaryPrimitives.WriteUInt32LittleEndian(termios, 0x4000); // IUTF8
        termios[17] = 3; // VINTR
        Dictionary<byte, uint> modes = Decode(TerminalModes.Encode(termios));
        Assert.Equal((3u, 0u, 1u), (modes[InterruptOpcode], modes[EchoOpcode], modes[Utf8Opcode]));
        // A key that is not set is "disabled", not the key with the code 0.
        Assert.Equal(255u, modes[2]);
    }

    private static Dictionary<byte, uint> Decode(byte[] modes)
    {
        var decoded = new Dictionary<byte, uint>();
        int position = 0;
        for (; modes[position] != 0; position += 5)
        {
            decoded.Add(modes[position], BinaryPrimitives.ReadUInt32BigEndian(modes.AsSpan(position + 1)));
        }

        Assert.Equal(modes.Length - 1, position);
        return decoded;
    }
}
