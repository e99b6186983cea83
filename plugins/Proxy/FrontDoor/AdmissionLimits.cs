namespace Teleport.Proxy.FrontDoor;

/// <summary>How many connections a listener holds.</summary>
internal sealed record AdmissionLimits
{
    /// <summary>All connections together.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>Connections that have not finished their handshake.</summary>
    public int MaxHandshakes { get; init; } = 2048;

    /// <summary>The same, of one client address (of one /64 network of IPv6).</summary>
    public int MaxHandshakesPerAddress { get; init; } = 128;
}
