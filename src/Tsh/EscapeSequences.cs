namespace Teleport.Tsh;

/// <summary>Watches for <c>~.</c> and <c>~?</c> at the beginning of a line, as OpenSSH does.</summary>
internal sealed class EscapeSequences(Action<string> tell)
{
    private bool _lineStart = true;
    private bool _escaped;

    /// <summary>Looks at what was typed.</summary>
    /// <returns>Whether the user asked to disconnect.</returns>
    public bool Watch(ReadOnlyMemory<byte> typed)
    {
        foreach (byte key in typed.Span)
        {
            if (_escaped && key == '.')
            {
                return true;
            }

            if (_escaped && key == '?')
            {
                tell("\r\n~. disconnects, ~? shows this; both only at the beginning of a line.\r\n");
            }

            _escaped = !_escaped && _lineStart && key == '~';
            _lineStart = key is (byte)'\r' or (byte)'\n';
        }

        return false;
    }
}
