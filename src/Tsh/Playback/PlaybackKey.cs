namespace Teleport.Tsh.Playback;

/// <summary>What somebody who watches asks for.</summary>
internal enum PlaybackKey
{
    /// <summary>Stop, or go on: the space bar, or <c>p</c>.</summary>
    Pause,

    /// <summary>Ten seconds ahead: right or up.</summary>
    Forward,

    /// <summary>Ten seconds back: left or down.</summary>
    Back,

    /// <summary>Faster: <c>+</c>.</summary>
    Faster,

    /// <summary>Slower: <c>-</c>.</summary>
    Slower,

    /// <summary>The end: Ctrl-C, Ctrl-D or <c>q</c>.</summary>
    Quit,
}
