using System.Buffers.Binary;

namespace Teleport.Client.Terminals;

/// <summary>Writes how the local terminal is set for the server's (RFC 4254 section 8): opcode and value each, then 0.</summary>
internal static unsafe class TerminalModes
{
    private const int ControlCharactersOffset = 17;
    private const byte InputSpeed = 128;
    private const byte OutputSpeed = 129;
    private const uint Speed = 38400;
    private const byte Disabled = 255;

    // Opcode and index in c_cc (Linux).
    private static readonly (byte Opcode, int Index)[] Characters =
    [
        (1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 11), (7, 16), (8, 8), (9, 9), (10, 10), (12, 12), (13, 14), (14, 15), (18, 13),
    ];

    // Opcode, offset of the word of flags, mask, and what the bits must be.
    private static readonly (byte Opcode, int Offset, uint Mask, uint Value)[] Flags =
    [
        Input(30, 0x4), Input(31, 0x8), Input(32, 0x10), Input(33, 0x20), Input(34, 0x40), Input(35, 0x80), Input(36, 0x100), Input(37, 0x200),
        Input(38, 0x400), Input(39, 0x800), Input(40, 0x1000), Input(41, 0x2000), Input(42, 0x4000),
        Local(50, 0x1), Local(51, 0x2), Local(52, 0x4), Local(53, 0x8), Local(54, 0x10), Local(55, 0x20), Local(56, 0x40), Local(57, 0x80),
        Local(58, 0x100), Local(59, 0x8000), Local(60, 0x200), Local(61, 0x800), Local(62, 0x4000),
        Output(70, 0x1), Output(71, 0x2), Output(72, 0x4), Output(73, 0x8), Output(74, 0x10), Output(75, 0x20),
        (90, 8, 0x30, 0x20), (91, 8, 0x30, 0x30), (92, 8, 0x100, 0x100), (93, 8, 0x200, 0x200),
    ];

    /// <summary>The modes of a terminal; only the end mark if it is none.</summary>
    public static byte[] Of(int descriptor)
    {
        Span<byte> termios = stackalloc byte[LibC.TermiosBytes];
        fixed (byte* pointer = termios)
        {
            return LibC.GetAttributes(descriptor, pointer) == 0 ? Encode(termios) : [0];
        }
    }

    internal static byte[] Encode(ReadOnlySpan<byte> termios)
    {
        var modes = new List<byte>();
        foreach ((byte opcode, int index) in Characters)
        {
            byte character = termios[ControlCharactersOffset + index];
            Add(modes, opcode, character == 0 ? Disabled : character);
        }

        foreach ((byte opcode, int offset, uint mask, uint value) in Flags)
        {
            Add(modes, opcode, (BitConverter.ToUInt32(termios[offset..]) & mask) == value ? 1u : 0u);
        }

        Add(modes, InputSpeed, Speed);
        Add(modes, OutputSpeed, Speed);
        modes.Add(0);
        return [.. modes];
    }

    private static void Add(List<byte> modes, byte opcode, uint value)
    {
        Span<byte> argument = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(argument, value);
        modes.Add(opcode);
        modes.AddRange(argument);
    }

    private static (byte, int, uint, uint) Input(byte opcode, uint bit) => (opcode, 0, bit, bit);

    private static (byte, int, uint, uint) Output(byte opcode, uint bit) => (opcode, 4, bit, bit);

    private static (byte, int, uint, uint) Local(byte opcode, uint bit) => (opcode, 12, bit, bit);
}
