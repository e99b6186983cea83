namespace Teleport.Node.Processes;

/// <summary>How a process ended: with a code, or by a signal.</summary>
internal readonly record struct ProcessExit(int Code, int Signal, bool CoreDumped)
{
    /// <summary>From what <c>waitpid</c> says.</summary>
    public static ProcessExit FromWaitStatus(int status)
    {
        int signal = status & 0x7F;
        return signal == 0
            ? new ProcessExit((status >> 8) & 0xFF, 0, CoreDumped: false)
            : new ProcessExit(128 + signal, signal, (status & 0x80) != 0);
    }
}
