using Teleport.Proxy.Configuration;

namespace Teleport.Proxy.FrontDoor;

/// <summary>Serves SSH that arrived inside TLS.</summary>
internal interface ISshEntrance
{
    /// <summary>Serves SSH to its end.</summary>
    /// <param name="transport">Carries SSH; stays the caller's.</param>
    /// <param name="connection">Who connected.</param>
    /// <param name="services">Whom the client asked for.</param>
    /// <param name="abort">Drop it.</param>
    Task ServeAsync(Stream transport, FrontDoorConnection connection, ListenerServices services, CancellationToken abort);
}
