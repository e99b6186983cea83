using Teleport.Proxy.Relaying;

namespace Teleport.Proxy.SshGateway;

/// <summary>A connection to where a route leads, not used yet.</summary>
internal sealed record OpenedRoute : IAsyncDisposable
{
    public required RelayTarget Target { get; init; }

    /// <summary>What it is called, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it must speak SSH; else it is an auth server.</summary>
    public required bool ExpectsSsh { get; init; }

    /// <summary>Tells a node where the client is; empty: nothing is told.</summary>
    public ReadOnlyMemory<byte> Header { get; init; }

    public RelayLimits Limits { get; init; } = RelayLimits.None;

    public ValueTask DisposeAsync() => Target.DisposeAsync();
}
