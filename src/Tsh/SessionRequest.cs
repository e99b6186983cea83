using System.Net;

namespace Teleport.Tsh;

/// <summary>What a user wants of a session.</summary>
internal sealed record SessionRequest
{
    /// <summary>The login.</summary>
    public required string Login { get; init; }

    /// <summary>The command; <c>null</c>: a shell.</summary>
    public string? Command { get; init; }

    /// <summary>Whether nothing is run, and only ports are forwarded.</summary>
    public bool RunsNothing { get; init; }

    /// <summary>Whether the command runs on this machine, while ports are forwarded.</summary>
    public bool RunsHere { get; init; }

    public bool Terminal { get; init; }

    public bool ReadsInput { get; init; } = true;

    public bool HasEscapeKeys { get; init; } = true;

    public bool ForwardAgent { get; init; }

    public bool TrustAnyHost { get; init; }

    public bool Quiet { get; init; }

    /// <summary>Environment to ask for.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; } = [];

    public IReadOnlyList<PortForward> LocalForwards { get; init; } = [];

    public IReadOnlyList<PortForward> RemoteForwards { get; init; } = [];

    public IReadOnlyList<IPEndPoint> DynamicForwards { get; init; } = [];

    public bool HasForwards => LocalForwards.Count + RemoteForwards.Count + DynamicForwards.Count > 0;
}
