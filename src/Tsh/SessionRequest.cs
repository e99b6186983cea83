namespace Teleport.Tsh;

/// <summary>What a user wants of a session.</summary>
internal sealed record SessionRequest
{
    public required string Login { get; init; }

    /// <summary>The command; <c>null</c>: a shell.</summary>
    public string? Command { get; init; }

    /// <summary>Whether nothing is run, and only ports are forwarded.</summary>
    public bool RunsNothing { get; init; }

    public bool Terminal { get; init; }

    public bool ForwardAgent { get; init; }

    public IReadOnlyList<PortForward> LocalForwards { get; init; } = [];

    public IReadOnlyList<PortForward> RemoteForwards { get; init; } = [];

    public IReadOnlyList<PortForward> DynamicForwards { get; init; } = [];
}
