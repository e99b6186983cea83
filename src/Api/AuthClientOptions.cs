using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Configuration;

namespace Teleport.Api;

/// <summary>What a client of the auth service needs. Certificates and roots are asked for at each new connection, so they may be renewed.</summary>
public sealed record AuthClientOptions
{
    /// <summary>Where the auth service is.</summary>
    public required AuthEndpoint Endpoint { get; init; }

    /// <summary>The certificate, with its key, that proves who calls; <c>null</c>: anonymous. The client does not dispose it.</summary>
    public Func<X509Certificate2?> ClientCertificate { get; init; } = static () => null;

    /// <summary>Certificates of the cluster's host authority: nothing else vouches for the server.</summary>
    public required Func<X509Certificate2Collection> Roots { get; init; }

    /// <summary>Opens the connection to an address; <c>null</c>: TCP.</summary>
    public Func<NetworkAddress, CancellationToken, ValueTask<Stream>>? Dial { get; init; }

    /// <summary>Longest time to connect, with the TLS handshake.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time of a call that is no stream and has no deadline of its own.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After so long a connection takes no new calls, so that a renewed certificate comes into use.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(10);
}
