namespace Teleport.Proxy.FrontDoor;

/// <summary>Serves connections of one protocol.</summary>
internal interface IConnectionServer
{
    /// <summary>Serves a connection to its end.</summary>
    /// <param name="connection">The connection; stays the caller's.</param>
    /// <param name="abort">Drop it.</param>
    Task ServeAsync(FrontDoorConnection connection, CancellationToken abort);
}
