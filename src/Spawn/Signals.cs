namespace Teleport.Spawn;

/// <summary>Leaves no trace of our runtime in how the program takes signals.</summary>
internal static unsafe class Signals
{
    private const int Count = 64;

    /// <summary>Handlers end with exec by themselves; signals that are ignored or blocked do not.</summary>
    public static void Reset()
    {
        SignalAction current;
        for (int signal = 1; signal <= Count; signal++)
        {
            // Fails for the two that libc keeps to itself.
            if (LibC.sigaction(signal, null, &current) == 0 && current.Handler == LibC.SIG_IGN)
            {
                SignalAction standard = default;
                _ = LibC.sigaction(signal, &standard, null);
            }
        }

        SignalSet none = default;
        if (LibC.pthread_sigmask(LibC.SIG_SETMASK, &none, null) != 0)
        {
            throw new SpawnException("cannot unblock signals");
        }
    }
}
