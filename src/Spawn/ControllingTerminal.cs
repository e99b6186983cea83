namespace Teleport.Spawn;

/// <summary>Makes the process the leader of a session, and the terminal on its standard input that session's own.</summary>
internal static class ControllingTerminal
{
    /// <summary>Owner reads and writes; the group tty writes, for <c>write</c> and <c>wall</c>.</summary>
    private const uint TerminalMode = 0x190; // 0620

    public static void Take(SpawnRequest request)
    {
        int self = LibC.getpid();
        if (LibC.getsid(0) != self && LibC.setsid() < 0)
        {
            throw SpawnException.Of("cannot begin a session");
        }

        if (!request.HasTerminal)
        {
            return;
        }

        if (LibC.ioctl(0, LibC.TIOCSCTTY, 0) != 0)
        {
            throw SpawnException.Of("cannot take the terminal");
        }

        if (LibC.geteuid() == 0)
        {
            uint group = SystemGroups.Find("tty") ?? uint.MaxValue;
            if (LibC.fchown(0, request.UserId, group) != 0 || LibC.fchmod(0, TerminalMode) != 0)
            {
                throw SpawnException.Of($"cannot give the terminal to {request.UserName}");
            }
        }
    }
}
