using System.Buffers;
using System.Globalization;
using System.Text;

namespace Teleport.Tsh.Playback;

/// <summary>
/// Lets recorded output through to the viewer's terminal, but for what would do more than show it: titles, clipboard, questions that the
/// terminal answers as if the viewer typed, modes of keyboard and mouse, printing (H24). What is not known to be harmless is left out.
/// </summary>
/// <remarks>A state machine over bytes, since sequences may be cut anywhere.</remarks>
internal sealed class TerminalFilter
{
    private const int MaxSequence = 256;
    private const byte Escape = 0x1b;
    private const byte Cancel = 0x18;
    private const byte Substitute = 0x1a;
    private const byte Bell = 0x07;

    private static readonly SearchValues<byte> SafeControls = SearchValues.Create("\a\b\t\n\v\f\r\u000e\u000f"u8);

    // Saving and restoring the cursor, moving it, setting tabs, choosing among the character sets, ending a string.
    private static readonly SearchValues<byte> SafeEscapes = SearchValues.Create("78DEHMNOno|}~\\"u8);

    // Final bytes of sequences that move the cursor, erase, insert, scroll, colour, set tabs, margins and the scroll region.
    private static readonly SearchValues<byte> SafeFinals = SearchValues.Create("@ABCDEFGHIJKLMPSTXZ`abdefgmrsu"u8);
    private static readonly SearchValues<byte> Parameters = SearchValues.Create("0123456789;:"u8);

    // Reverse video, origin, wrapping, the cursor's blinking and showing, margins, the alternate screen, updates as a whole.
    private static readonly HashSet<int> SafeModes = [5, 6, 7, 12, 25, 45, 47, 69, 1047, 1048, 1049, 2026];

    private readonly List<byte> _sequence = [];
    private State _state;
    private int _missing;

    /// <summary>Whether the program left the terminal on its second screen, as editors use.</summary>
    public bool IsAlternateScreen { get; private set; }

    private enum State
    {
        Text,
        Escape,
        Intermediate,
        Control,
        String,
        StringEscape,
    }

    /// <summary>The part of the output that is safe to show.</summary>
    public byte[] Filter(ReadOnlySpan<byte> output)
    {
        var safe = new List<byte>(output.Length);
        foreach (byte next in output)
        {
            Step(next, safe);
        }

        return [.. safe];
    }

    private void Step(byte next, List<byte> safe)
    {
        switch (_state)
        {
            case State.Text:
                StepText(next, safe);
                break;
            case State.String or State.StringEscape:
                bool ends = next is Cancel or Substitute or Bell || (_state == State.StringEscape && next == (byte)'\\');
                _state = ends ? State.Text : next == Escape ? State.StringEscape : State.String;
                break;
            default:
                StepSequence(next, safe);
                break;
        }
    }

    private void StepText(byte next, List<byte> safe)
    {
        if (_missing > 0 && next is >= 0x80 and < 0xc0)
        {
            _sequence.Add(next);
            if (--_missing == 0)
            {
                End(IsSafeCharacter(), safe);
            }

            return;
        }

        // A character that was begun and not finished is none.
        _missing = 0;
        _sequence.Clear();
        if (next == Escape)
        {
            Begin();
        }
        else if (next is >= 0xc2 and <= 0xf4)
        {
            _missing = next < 0xe0 ? 1 : next < 0xf0 ? 2 : 3;
            _sequence.Add(next);
        }
        else if (next is >= 0x20 and < 0x7f || SafeControls.Contains(next))
        {
            safe.Add(next);
        }
    }

    /// <summary>U+0080 to U+009F begin sequences as ESC does; a lenient terminal reads them from overlong forms too.</summary>
    private bool IsSafeCharacter() =>
        Rune.DecodeFromUtf8(_sequence.ToArray(), out Rune rune, out int length) == OperationStatus.Done && length == _sequence.Count && !Rune.IsControl(rune);

    private void StepSequence(byte next, List<byte> safe)
    {
        if (next == Escape)
        {
            Begin();
            return;
        }

        if (next is Cancel or Substitute or >= 0x7f)
        {
            End(isSafe: false, safe);
            return;
        }

        if (next < 0x20)
        {
            // Terminals act on these within a sequence; programs do not put them there.
            return;
        }

        if (_sequence.Count < MaxSequence)
        {
            _sequence.Add(next);
        }

        switch (_state)
        {
            case State.Escape when next == (byte)'[':
                _state = State.Control;
                break;
            // OSC, DCS, APC, PM, SOS, and the title of screen: they run on until their end.
            case State.Escape when next is (byte)']' or (byte)'P' or (byte)'_' or (byte)'^' or (byte)'X' or (byte)'k':
                _sequence.Clear();
                _state = State.String;
                break;
            case State.Escape or State.Intermediate when next < 0x30:
                _state = State.Intermediate;
                break;
            case State.Escape:
                End(SafeEscapes.Contains(next), safe);
                break;
            case State.Intermediate:
                // Character sets and sizes of lines; not ESC %, which changes the encoding.
                End(_sequence is [_, (byte)'(' or (byte)')' or (byte)'*' or (byte)'+' or (byte)'#', _], safe);
                break;
            case State.Control when next >= 0x40:
                End(IsSafeControl(), safe);
                break;
            default:
                break;
        }
    }

    private bool IsSafeControl()
    {
        if (_sequence.Count >= MaxSequence)
        {
            return false;
        }

        byte[] sequence = [.. _sequence];
        ReadOnlySpan<byte> body = sequence.AsSpan(2..^1);
        byte final = sequence[^1];
        if (body is [(byte)'?', .. var modes])
        {
            return final is (byte)'J' or (byte)'K' ? IsPlain(modes) : final is (byte)'h' or (byte)'l' && AreSafe(modes, isSet: final == (byte)'h');
        }

        return final switch
        {
            // The shape of the cursor, and a soft reset.
            (byte)'q' => body is [.. var shape, (byte)' '] && IsPlain(shape),
            (byte)'p' => body is [(byte)'!'],
            // Insert mode; the others are of the keyboard.
            (byte)'h' or (byte)'l' => body is [(byte)'4'],
            // With more parameters it follows the mouse.
            (byte)'T' => IsPlain(body) && !body.Contains((byte)';'),
            _ => SafeFinals.Contains(final) && IsPlain(body),
        };
    }

    private static bool IsPlain(ReadOnlySpan<byte> parameters) => !parameters.ContainsAnyExcept(Parameters);

    private bool AreSafe(ReadOnlySpan<byte> text, bool isSet)
    {
        var modes = new List<int>();
        foreach (string part in Encoding.ASCII.GetString(text).Split(';'))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int mode) || !SafeModes.Contains(mode))
            {
                return false;
            }

            modes.Add(mode);
        }

        if (modes.Exists(static mode => mode is 47 or 1047 or 1049))
        {
            IsAlternateScreen = isSet;
        }

        return true;
    }

    private void Begin()
    {
        _sequence.Clear();
        _sequence.Add(Escape);
        _state = State.Escape;
    }

    private void End(bool isSafe, List<byte> safe)
    {
        if (isSafe)
        {
            safe.AddRange(_sequence);
        }

        _sequence.Clear();
        _missing = 0;
        _state = State.Text;
    }
}
