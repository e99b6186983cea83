namespace Teleport.Node.Processes;

/// <summary>What the helper does as the target user. The values are part of docs/formats/spawn-request.md.</summary>
internal enum SpawnMode
{
    /// <summary>Become a program.</summary>
    Execute = 0,

    /// <summary>Connect to a Unix socket and hand over the connection.</summary>
    Connect = 1,

    /// <summary>Listen on a Unix socket and hand over the listener.</summary>
    Listen = 2,

    /// <summary>Remove a Unix socket that was listened on.</summary>
    Unlink = 3,
}
