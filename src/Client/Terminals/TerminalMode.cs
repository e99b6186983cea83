namespace Teleport.Client.Terminals;

/// <summary>A change of how the terminal treats what is typed, until disposed. Restored too when the program is ended by a signal.</summary>
public sealed unsafe class TerminalMode : IDisposable
{
    // Offset of c_lflag and the bit ECHO, on Linux of every architecture.
    private const int LocalFlagsOffset = 12;
    private const uint Echo = 8;

    private static readonly Lock Gate = new();
    private static readonly List<TerminalMode> Active = [];

    private readonly int _descriptor;
    private readonly byte[] _saved;

    private TerminalMode(int descriptor, byte[] saved) => (_descriptor, _saved) = (descriptor, saved);

    /// <summary>What is typed arrives at once, unchanged, unshown. <c>null</c>: it is no terminal.</summary>
    public static TerminalMode? Raw(int descriptor) => Change(descriptor, static termios => LibC.MakeRaw(termios));

    /// <summary>What is typed is not shown. <c>null</c>: it is no terminal.</summary>
    public static TerminalMode? WithoutEcho(int descriptor) =>
        Change(descriptor, static termios => *(uint*)(termios + LocalFlagsOffset) &= ~Echo);

    /// <summary>Restores every terminal that is changed now.</summary>
    public static void RestoreAll()
    {
        TerminalMode[] active;
        lock (Gate)
        {
            active = [.. Active];
        }

        foreach (TerminalMode mode in active)
        {
            mode.Dispose();
        }
    }

    /// <summary>Restores the terminal for a while, as when the program is suspended.</summary>
    public void Suspend() => Set(_saved);

    /// <summary>Makes it raw again.</summary>
    public void Resume()
    {
        byte[] raw = [.. _saved];
        fixed (byte* termios = raw)
        {
            LibC.MakeRaw(termios);
        }

        Set(raw);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            if (!Active.Remove(this))
            {
                return;
            }
        }

        Set(_saved);
    }

    private static TerminalMode? Change(int descriptor, TermiosChange change)
    {
        byte[] saved = new byte[LibC.TermiosBytes];
        fixed (byte* termios = saved)
        {
            if (LibC.GetAttributes(descriptor, termios) != 0)
            {
                return null;
            }
        }

        byte[] changed = [.. saved];
        fixed (byte* termios = changed)
        {
            change(termios);
        }

        var mode = new TerminalMode(descriptor, saved);
        lock (Gate)
        {
            Active.Add(mode);
        }

        mode.Set(changed);
        return mode;
    }

    private void Set(byte[] attributes)
    {
        fixed (byte* termios = attributes)
        {
            _ = LibC.SetAttributes(_descriptor, LibC.SetNow, termios); // a terminal that is gone needs no restoring
        }
    }

    private delegate void TermiosChange(byte* termios);
}
