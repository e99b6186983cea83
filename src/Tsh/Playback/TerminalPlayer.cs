using System.Threading.Channels;
using Teleport.Recordings;

namespace Teleport.Tsh.Playback;

/// <summary>Shows a recording on a terminal with its own timing.</summary>
/// <param name="recording">The recording, which can be read again from its beginning.</param>
/// <param name="screen">The terminal.</param>
/// <param name="keys">What the one who watches asks for.</param>
/// <param name="time">The clock.</param>
internal sealed class TerminalPlayer(Stream recording, Stream screen, ChannelReader<PlaybackKey> keys, TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMilliseconds(500);

    // Everything that a program may have left behind: colours, margins, hidden cursor.
    private static readonly byte[] Restore = "\e[!p\e[0m\e[r\e[?25h\e[?7h"u8.ToArray();
    private static readonly byte[] LeaveAlternateScreen = "\e[?1049l"u8.ToArray();
    private static readonly byte[] Clear = "\e[!p\e[0m\e[r\e[2J\e[H"u8.ToArray();

    private TerminalFilter _filter = new();
    private TimeSpan _position;
    private TimeSpan _target;
    private double _speed = 1;

    private enum Outcome
    {
        Ended,
        Quit,
        Again,
    }

    /// <summary>Told of the start and of each change of size, before what follows is shown.</summary>
    public Action<int, int>? OnSize { get; init; }

    /// <summary>Whether to put the terminal in order at the end.</summary>
    public bool RestoresScreen { get; init; } = true;

    /// <summary>Whether all of the recording was there when its end was shown.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Plays to the end, or until the one who watches quits.</summary>
    /// <exception cref="RecordingException">The recording is damaged; what is whole was shown.</exception>
    public async Task RunAsync(PlayOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        _speed = options.Speed;
        try
        {
            Outcome outcome;
            do
            {
                recording.Position = 0;
                outcome = await PlayAsync(options.SkipsIdleTime, cancellationToken);
                if (outcome == Outcome.Again)
                {
                    await screen.WriteAsync(_filter.IsAlternateScreen ? [.. LeaveAlternateScreen, .. Clear] : Clear, cancellationToken);
                    (_filter, _position) = (new TerminalFilter(), TimeSpan.Zero);
                }
            }
            while (outcome == Outcome.Again);
        }
        finally
        {
            if (RestoresScreen)
            {
                await screen.WriteAsync(_filter.IsAlternateScreen ? [.. LeaveAlternateScreen, .. Restore] : Restore, CancellationToken.None);
            }
        }
    }

    private async Task<Outcome> PlayAsync(bool skipsIdle, CancellationToken cancellationToken)
    {
        var reader = new RecordingReader(recording);
        await foreach (RecordingEvent item in reader.ReadAsync(cancellationToken))
        {
            if (skipsIdle && item.Time - _position > LongestIdle)
            {
                _position = item.Time - LongestIdle;
            }

            Outcome outcome = await WaitAsync(item.Time, cancellationToken);
            if (outcome != Outcome.Ended)
            {
                return outcome;
            }

            switch (item)
            {
                case RecordingStarted { Start: { Columns: > 0 } start }:
                    OnSize?.Invoke(start.Columns, start.Rows);
                    break;

                case RecordingResized size:
                    OnSize?.Invoke(size.Columns, size.Rows);
                    break;

                case RecordingOutput shown:
                    await ShowAsync(shown.Bytes, cancellationToken);
                    break;

                default:
                    break;
            }
        }

        IsComplete = reader.IsComplete;
        return Outcome.Ended;
    }

    private async ValueTask ShowAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await screen.WriteAsync(_filter.Filter(bytes.Span), cancellationToken);
    }

    // Until the recording's time has come, or a key changes what is wanted. Ended: show what is due.
    private async ValueTask<Outcome> WaitAsync(TimeSpan due, CancellationToken cancellationToken)
    {
        while (due > _target && due > _position)
        {
            long begun = time.GetTimestamp();
            PlaybackKey? key = await NextKeyAsync((due - _position) / _speed, cancellationToken);
            TimeSpan passed = time.GetElapsedTime(begun) * _speed;
            _position = key is null || _position + passed > due ? due : _position + passed;
            switch (key)
            {
                case PlaybackKey.Quit:
                    return Outcome.Quit;

                case PlaybackKey.Pause when await NextKeyAsync(Timeout.InfiniteTimeSpan, cancellationToken) == PlaybackKey.Quit:
                    return Outcome.Quit;

                case PlaybackKey.Forward:
                    _target = _position + Step;
                    break;

                case PlaybackKey.Back:
                    _target = _position > Step ? _position - Step : TimeSpan.Zero;
                    return Outcome.Again;

                case PlaybackKey.Faster:
                    _speed = Math.Min(PlayOptions.MaxSpeed, _speed * 2);
                    break;

                case PlaybackKey.Slower:
                    _speed = Math.Max(PlayOptions.MinSpeed, _speed / 2);
                    break;

                default:
                    break;
            }
        }

        _position = due > _position ? due : _position;
        return Outcome.Ended;
    }

    private async ValueTask<PlaybackKey?> NextKeyAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await keys.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
