namespace Teleport.Spawn;

/// <summary>Becomes the target user and then the user's program. Started by the node with its request on a descriptor.</summary>
internal static class Program
{
    /// <summary>What the node sees when the program could not be started; the text of the error is on the control descriptor.</summary>
    private const int Failed = 255;

    private static int Main()
    {
        try
        {
            SpawnRequest request = SpawnRequest.Read(Descriptors.Control);
            Descriptors.CloseOthers(keepEvents: request.KeepsEvents);
            ControllingTerminal.Take(request);
            TargetUser.Become(request);
            switch (request.Mode)
            {
                case SpawnMode.Execute:
                    Launch.Execute(request);
                    break;
                case SpawnMode.Connect:
                    UnixSockets.Connect(request.SocketPath);
                    break;
                case SpawnMode.Listen:
                    UnixSockets.Listen(request.SocketPath);
                    break;
                case SpawnMode.Unlink:
                    UnixSockets.Unlink(request.SocketPath);
                    break;
                default:
                    throw new SpawnException($"the mode {request.Mode} is unknown: the node and its helper are of different versions");
            }

            return 0;
        }
        catch (SpawnException e)
        {
            Descriptors.Report(e.Message);
            // At once: the signals may be those of the program by now, not the runtime's.
            LibC._exit(Failed);
            return Failed;
        }
    }
}
