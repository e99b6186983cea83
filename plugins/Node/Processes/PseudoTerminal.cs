using Microsoft.Win32.SafeHandles;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>A terminal: the node's end, and the program's end until the program has it.</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    private const int Now = 0; // TCSANOW

    private PseudoTerminal(Descriptor controller, SafeFileHandle terminal, string path) => (Controller, Terminal, Path) = (controller, terminal, path);

    /// <summary>The node's end: what it writes is typed, what it reads was printed.</summary>
    public Descriptor Controller { get; }

    /// <summary>The program's end. Closed here once the program runs.</summary>
    public SafeFileHandle Terminal { get; }

    /// <summary>As <c>/dev/pts/3</c>, for <c>SSH_TTY</c>.</summary>
    public string Path { get; }

    /// <summary>Opens a new terminal.</summary>
    /// <param name="loop">Waits for its output.</param>
    /// <param name="size">Its first size.</param>
    /// <param name="modes">Encoded modes of the request.</param>
    /// <exception cref="IOException">The system has no terminal left, or none at all.</exception>
    public static PseudoTerminal Open(DescriptorLoop loop, TerminalSize size, ReadOnlySpan<byte> modes)
    {
        int controller = LibC.posix_openpt(LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC);
        if (controller < 0)
        {
            throw NativeError.Last("Cannot open a terminal");
        }

        int locked = 0;
        int number = 0;
        if (LibC.ioctl(controller, LibC.TIOCSPTLCK, &locked) != 0 || LibC.ioctl(controller, LibC.TIOCGPTN, &number) != 0)
        {
            IOException error = NativeError.Last("Cannot unlock a terminal");
            _ = LibC.close(controller);
            throw error;
        }

        // By the controller and not by a path: right in every mount namespace, and nobody can put another in its place.
        int terminal = LibC.ioctl(controller, LibC.TIOCGPTPEER, (void*)(LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC));
        if (terminal < 0)
        {
            IOException error = NativeError.Last("Cannot open the program's end of a terminal");
            _ = LibC.close(controller);
            throw error;
        }

        var result = new PseudoTerminal(loop.Watch(controller), new SafeFileHandle(SpawnDescriptors.Move(terminal), ownsHandle: true), $"/dev/pts/{number}");
        try
        {
            result.SetModes(modes);
            result.Resize(size);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Tells the programs on it that its size changed.</summary>
    public void Resize(TerminalSize size)
    {
        WindowSize native = size.ToNative();
        if (LibC.ioctl(Controller.Handle, LibC.TIOCSWINSZ, &native) != 0)
        {
            throw NativeError.Last("Cannot set the size of a terminal");
        }
    }

    /// <summary>Sends a break condition. Terminals without a line ignore it.</summary>
    public bool SendBreak() => LibC.tcsendbreak(Controller.Handle, 0) == 0;

    public void Dispose()
    {
        Terminal.Dispose();
        Controller.Dispose();
    }

    private void SetModes(ReadOnlySpan<byte> modes)
    {
        TerminalSettings settings;
        if (LibC.tcgetattr(Terminal, &settings) != 0)
        {
            throw NativeError.Last("Cannot read the modes of a terminal");
        }

        TerminalModes.Apply(modes, ref settings);
        if (LibC.tcsetattr(Terminal, Now, &settings) != 0)
        {
            throw NativeError.Last("Cannot set the modes of a terminal");
        }
    }
}
