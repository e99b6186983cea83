using Teleport.Abstractions.Configuration;

namespace Teleport.Node;

/// <summary>Forwarding of graphical programs.</summary>
public sealed record X11Options
{
    /// <summary>Whether it is allowed.</summary>
    [Reserved("requests for it are refused; leave it off")]
    public bool Enabled { get; init; }

    /// <summary>First display number.</summary>
    [Legacy("it takes effect once x11 can be enabled")]
    public int DisplayOffset { get; init; } = 10;

    /// <summary>Last display number.</summary>
    [Legacy("it takes effect once x11 can be enabled")]
    public int MaxDisplay { get; init; } = 1010;
}
