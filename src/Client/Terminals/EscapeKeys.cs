using System.Buffers;

namespace Teleport.Client.Terminals;

/// <summary>What the user asks of the client by <c>~</c> at the beginning of a line.</summary>
public enum EscapeAction
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>~.</c> ends the connection.</summary>
    Disconnect,

    /// <summary><c>~^Z</c> suspends the program.</summary>
    Suspend,

    /// <summary><c>~?</c> shows what there is.</summary>
    Help,
}

/// <summary>Finds escape sequences in what is typed. A tilde at the beginning of a line waits for the key after it.</summary>
public sealed class EscapeKeys
{
    private const byte Tilde = (byte)'~';
    private const byte ControlZ = 0x1a;

    private State _state = State.LineBegins;

    private enum State
    {
        LineBegins,
        WithinLine,
        AfterTilde,
    }

    /// <summary>What <c>~?</c> prints.</summary>
    public static string HelpText =>
        "\r\nSupported escape sequences:\r\n  ~.   disconnect\r\n  ~^Z  suspend\r\n  ~?   this text\r\n  ~~   send a tilde\r\n" +
        "(They are recognised only right after Enter.)\r\n";

    /// <summary>Takes typed bytes up to and with the first action.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="passed">Gets what is meant for the other side.</param>
    /// <param name="taken">How many bytes were taken.</param>
    public EscapeAction Process(ReadOnlySpan<byte> typed, IBufferWriter<byte> passed, out int taken)
    {
        ArgumentNullException.ThrowIfNull(passed);
        for (taken = 0; taken < typed.Length;)
        {
            byte key = typed[taken++];
            switch (_state)
            {
                case State.LineBegins when key == Tilde:
                    _state = State.AfterTilde;
                    continue;

                case State.AfterTilde:
                    EscapeAction action = ActionOf(key);
                    if (action != EscapeAction.None)
                    {
                        _state = State.LineBegins;
                        return action;
                    }

                    if (key != Tilde)
                    {
                        passed.Write([Tilde]);
                    }

                    break;

                default:
                    break;
            }

            passed.Write([key]);
            _state = key is (byte)'\r' or (byte)'\n' ? State.LineBegins : State.WithinLine;
        }

        return EscapeAction.None;
    }

    private static EscapeAction ActionOf(byte key) => key switch
    {
        (byte)'.' => EscapeAction.Disconnect,
        ControlZ => EscapeAction.Suspend,
        (byte)'?' => EscapeAction.Help,
        _ => EscapeAction.None,
    };
}
