using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Teleport.Recordings;
using Teleport.Tsh.Playback;

namespace Teleport.Tsh.Tests.Playback;

public sealed partial class TerminalPlayerTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Channel<PlaybackKey> _keys = Channel.CreateUnbounded<PlaybackKey>();
    private readonly MemoryStream _screen = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // What the terminal is told to do is left out: what was shown counts.
    private string Shown => Sequence().Replace(Encoding.UTF8.GetString(_screen.ToArray()), "");

    public void Dispose() => _screen.Dispose();

    [Fact]
    public async Task Run_Forward_ShowsWhatIsSkippedAtOnce()
    {
        _keys.Writer.TryWrite(PlaybackKey.Forward);
        await PlayAsync();
        Assert.Equal("one two ", Shown);
    }

    [Fact]
    public async Task Run_Quit_StopsAtOnce()
    {
        _keys.Writer.TryWrite(PlaybackKey.Quit);
        await PlayAsync();
        Assert.Equal("one ", Shown);
    }

    [Fact]
    public async Task Run_Back_BeginsAgain()
    {
        _keys.Writer.TryWrite(PlaybackKey.Back);
        _keys.Writer.TryWrite(PlaybackKey.Quit);
        await PlayAsync();
        Assert.Equal("one one ", Shown);
    }

    [Fact]
    public async Task Run_PauseAndGoOn_WaitsForTheRest()
    {
        _keys.Writer.TryWrite(PlaybackKey.Pause);
        _keys.Writer.TryWrite(PlaybackKey.Pause);
        _keys.Writer.TryWrite(PlaybackKey.Forward);
        await PlayAsync();
        Assert.Equal("one two ", Shown);
    }

    [Fact]
    public void H24_AlternateScreen_IsKnownToBeLeft()
    {
        var filter = new TerminalFilter();
        filter.Filter("\u001b[?1049h"u8);
        Assert.True(filter.IsAlternateScreen);
        filter.Filter("\u001b[?25h\u001b[?1049l"u8);
        Assert.False(filter.IsAlternateScreen);
    }

    private async Task PlayAsync()
    {
        var file = new MemoryStream();
        await using (var writer = new RecordingWriter(file, new RecordingStart { SessionId = Guid.NewGuid(), Columns = 80, Rows = 24 }, _clock))
        {
            await writer.WriteOutputAsync("one "u8.ToArray(), Token);
            _clock.Advance(TimeSpan.FromSeconds(8));
            await writer.WriteOutputAsync("two "u8.ToArray(), Token);
            await writer.CompleteAsync(new RecordingEnd());
        }

        await new TerminalPlayer(new MemoryStream(file.ToArray()), _screen, _keys.Reader, _clock).RunAsync(new PlayOptions(), Token);
    }

    [GeneratedRegex("\\u001b\\[[0-9;?!]*[A-Za-z]")]
    private static partial Regex Sequence();
}
