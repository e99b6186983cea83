using System.Buffers.Binary;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>Applies the encoded terminal modes of a <c>pty-req</c> to the settings of a terminal.</summary>
/// <remarks>
/// RFC 4254 section 8 and RFC 8160. <code>
/// repeated:  byte opcode, uint32 argument     opcodes 1 to 159
/// end:       byte 0, or an opcode from 160 on, which ends the parse
/// </code> What Linux does not have is skipped, as the RFC asks.
/// </remarks>
internal static class TerminalModes
{
    private const byte End = 0;
    private const byte FirstUndefined = 160;
    private const byte NoCharacter = 255;
    private const byte Disabled = 0;

    private enum Field
    {
        Input,
        Output,
        Control,
        Local,
    }

    /// <summary>Applies modes; a truncated last entry is ignored.</summary>
    public static void Apply(ReadOnlySpan<byte> modes, ref TerminalSettings settings)
    {
        while (modes.Length >= 5 && modes[0] is not End and < FirstUndefined)
        {
            Apply(modes[0], BinaryPrimitives.ReadUInt32BigEndian(modes[1..]), ref settings);
            modes = modes[5..];
        }
    }

    private static unsafe void Apply(byte opcode, uint argument, ref TerminalSettings settings)
    {
        if (Character(opcode) is { } index)
        {
            settings.Characters[index] = argument is NoCharacter or > byte.MaxValue ? Disabled : (byte)argument;
            return;
        }

        switch (opcode)
        {
            case 90: // CS7
                settings.Control = argument == 0 ? settings.Control : (settings.Control & ~0x30u) | 0x20;
                return;
            case 91: // CS8
                settings.Control = argument == 0 ? settings.Control : settings.Control | 0x30;
                return;
        }

        if (Flag(opcode) is not ({ } field, var bit))
        {
            return;
        }

        ref uint word = ref settings.Input;
        switch (field)
        {
            case Field.Output: word = ref settings.Output; break;
            case Field.Control: word = ref settings.Control; break;
            case Field.Local: word = ref settings.Local; break;
        }

        word = argument == 0 ? word & ~bit : word | bit;
    }

    /// <summary>The index in <c>c_cc</c> of a special character.</summary>
    private static int? Character(byte opcode) => opcode switch
    {
        1 => 0, // VINTR
        2 => 1, // VQUIT
        3 => 2, // VERASE
        4 => 3, // VKILL
        5 => 4, // VEOF
        6 => 11, // VEOL
        7 => 16, // VEOL2
        8 => 8, // VSTART
        9 => 9, // VSTOP
        10 => 10, // VSUSP
        12 => 12, // VREPRINT
        13 => 14, // VWERASE
        14 => 15, // VLNEXT
        16 => 7, // VSWTCH
        18 => 13, // VDISCARD
        _ => null,
    };

    private static (Field? Field, uint Bit) Flag(byte opcode) => opcode switch
    {
        30 => (Field.Input, 0x04), // IGNPAR
        31 => (Field.Input, 0x08), // PARMRK
        32 => (Field.Input, 0x10), // INPCK
        33 => (Field.Input, 0x20), // ISTRIP
        34 => (Field.Input, 0x40), // INLCR
        35 => (Field.Input, 0x80), // IGNCR
        36 => (Field.Input, 0x100), // ICRNL
        37 => (Field.Input, 0x200), // IUCLC
        38 => (Field.Input, 0x400), // IXON
        39 => (Field.Input, 0x800), // IXANY
        40 => (Field.Input, 0x1000), // IXOFF
        41 => (Field.Input, 0x2000), // IMAXBEL
        42 => (Field.Input, 0x4000), // IUTF8
        50 => (Field.Local, 0x01), // ISIG
        51 => (Field.Local, 0x02), // ICANON
        52 => (Field.Local, 0x04), // XCASE
        53 => (Field.Local, 0x08), // ECHO
        54 => (Field.Local, 0x10), // ECHOE
        55 => (Field.Local, 0x20), // ECHOK
        56 => (Field.Local, 0x40), // ECHONL
        57 => (Field.Local, 0x80), // NOFLSH
        58 => (Field.Local, 0x100), // TOSTOP
        59 => (Field.Local, 0x8000), // IEXTEN
        60 => (Field.Local, 0x200), // ECHOCTL
        61 => (Field.Local, 0x800), // ECHOKE
        62 => (Field.Local, 0x4000), // PENDIN
        70 => (Field.Output, 0x01), // OPOST
        71 => (Field.Output, 0x02), // OLCUC
        72 => (Field.Output, 0x04), // ONLCR
        73 => (Field.Output, 0x08), // OCRNL
        74 => (Field.Output, 0x10), // ONOCR
        75 => (Field.Output, 0x20), // ONLRET
        92 => (Field.Control, 0x100), // PARENB
        93 => (Field.Control, 0x200), // PARODD
        _ => (null, 0),
    };
}
