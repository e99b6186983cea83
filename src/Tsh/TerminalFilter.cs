namespace Teleport.Tsh;

/// <summary>Takes out of recorded output what would act on the viewer's terminal beyond showing text: titles, clipboard, queries that it would answer.</summary>
/// <remarks>A state machine over bytes, since sequences may be cut anywhere. What is unknown within such a sequence is dropped.</remarks>
internal sealed class TerminalFilter
{
    private const int MaxSequence = 64;

    private readonly List<byte> _sequence = [];
    private State _state;

    private enum State
    {
        Text,
        Escape,
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
            case State.Text when next == 0x1b:
                Begin(next, State.Escape);
                break;
            case State.Text:
                // ENQ makes a terminal answer.
                if (next != 0x05)
                {
                    safe.Add(next);
                }

                break;
            case State.Escape:
                StepEscape(next, safe);
                break;
            case State.Control:
                StepControl(next, safe);
                break;
            case State.String when next == 0x07:
                _state = State.Text;
                break;
            case State.String when next == 0x1b:
                _state = State.StringEscape;
                break;
            case State.StringEscape:
                _state = next == '\\' ? State.Text : State.String;
                break;
            default:
                break;
        }
    }

    private void StepEscape(byte next, List<byte> safe)
    {
        _sequence.Add(next);
        switch (next)
        {
            // OSC, DCS, PM, APC, SOS: titles, clipboard, programmed keys.
            case (byte)']' or (byte)'P' or (byte)'^' or (byte)'_' or (byte)'X':
                _state = State.String;
                break;
            case (byte)'[':
                _state = State.Control;
                break;
            // DECID, which a terminal answers.
            case (byte)'Z':
                _state = State.Text;
                break;
            case >= 0x20 and <= 0x2f:
                break;
            default:
                safe.AddRange(_sequence);
                _state = State.Text;
                break;
        }
    }

    private void StepControl(byte next, List<byte> safe)
    {
        _sequence.Add(next);
        if (next is >= 0x40 and <= 0x7e)
        {
            // DA, DSR, DECREQTPARM and window reports make a terminal type an answer.
            if (next is not ((byte)'c' or (byte)'n' or (byte)'x' or (byte)'t'))
            {
                safe.AddRange(_sequence);
            }

            _state = State.Text;
        }
        else if (_sequence.Count > MaxSequence || next < 0x20 || next > 0x7e)
        {
            _state = State.Text;
        }
    }

    private void Begin(byte next, State state)
    {
        _sequence.Clear();
        _sequence.Add(next);
        _state = state;
    }
}
