using System.Threading.Channels;
using Teleport.Client.Terminals;

namespace Teleport.Tsh.Playback;

/// <summary>Reads keys of the terminal. Without a terminal there are none.</summary>
internal sealed class PlaybackKeys : IDisposable
{
    private readonly Channel<PlaybackKey> _keys = Channel.CreateBounded<PlaybackKey>(16);
    private readonly TerminalMode? _mode;

    private PlaybackKeys(TerminalMode? mode) => _mode = mode;

    /// <summary>The keys, in order.</summary>
    public ChannelReader<PlaybackKey> Reader => _keys.Reader;

    /// <summary>Begins to read.</summary>
    public static PlaybackKeys Start()
    {
        var keys = new PlaybackKeys(LocalTerminal.EnterRawMode());
        if (keys._mode is not null)
        {
            // Ends with the program: a read of a terminal cannot be called off.
            _ = Task.Run(keys.ReadAsync);
        }

        return keys;
    }

    /// <inheritdoc/>
    public void Dispose() => _mode?.Dispose();

    internal static IEnumerable<PlaybackKey> Parse(ReadOnlyMemory<byte> typed)
    {
        for (int i = 0; i < typed.Length; i++)
        {
            byte key = typed.Span[i];
            if (key == 0x1b && i + 2 < typed.Length && typed.Span[i + 1] is (byte)'[' or (byte)'O')
            {
                byte arrow = typed.Span[i + 2];
                i += 2;
                if (arrow is (byte)'A' or (byte)'C')
                {
                    yield return PlaybackKey.Forward;
                }
                else if (arrow is (byte)'B' or (byte)'D')
                {
                    yield return PlaybackKey.Back;
                }

                continue;
            }

            PlaybackKey? meant = key switch
            {
                (byte)' ' or (byte)'p' => PlaybackKey.Pause,
                (byte)'+' => PlaybackKey.Faster,
                (byte)'-' => PlaybackKey.Slower,
                3 or 4 or (byte)'q' => PlaybackKey.Quit,
                _ => null,
            };
            if (meant is { } known)
            {
                yield return known;
            }
        }
    }

    private async Task ReadAsync()
    {
        await using Stream input = LocalTerminal.OpenInput();
        byte[] typed = new byte[64];
        try
        {
            for (int count; (count = await input.ReadAsync(typed)) > 0;)
            {
                foreach (PlaybackKey key in Parse(typed.AsMemory(0, count)))
                {
                    await _keys.Writer.WriteAsync(key);
                }
            }
        }
        catch (IOException)
        {
            // The terminal is gone.
        }

        _keys.Writer.TryWrite(PlaybackKey.Quit);
    }
}
