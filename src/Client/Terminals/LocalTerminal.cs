using System.Runtime.InteropServices;

namespace Teleport.Client.Terminals;

/// <summary>The terminal that the program runs on.</summary>
public static partial class LocalTerminal
{
    private const int StandardInput = 0;
    private const int StandardOutput = 1;
    private const nuint GetWindowSize = 0x5413;
    private const int Now = 0;
    private const int TermiosBytes = 128;

    /// <summary>Whether the standard input is a terminal.</summary>
    public static bool IsInput => IsATty(StandardInput) == 1;

    /// <summary>Whether the standard output is a terminal.</summary>
    public static bool IsOutput => IsATty(StandardOutput) == 1;

    /// <summary>Width and height; 80 and 24 when there is no terminal.</summary>
    public static (int Columns, int Rows) Size()
    {
        Span<ushort> size = stackalloc ushort[4];
        return Ioctl(StandardOutput, GetWindowSize, ref size[0]) == 0 && size[1] > 0 && size[0] > 0 ? (size[1], size[0]) : (80, 24);
    }

    /// <summary>Passes every key on as it is typed, until disposed.</summary>
    public static IDisposable EnterRawMode() => new Mode(static state => MakeRaw(ref state[0]));

    /// <summary>Shows nothing of what is typed, until disposed.</summary>
    public static IDisposable HideInput() => new Mode(static state =>
    {
        // c_lflag is the fourth field of struct termios on Linux; ECHO is bit 3.
        ref uint flags = ref MemoryMarshal.Cast<byte, uint>(state)[3];
        flags &= ~8u;
    });

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsATty(int descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, nuint request, ref ushort size);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, ref byte termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, ref byte termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(ref byte termios);

    private delegate void Change(Span<byte> termios);

    /// <summary>Changes the terminal's mode and puts it back, also when the program ends.</summary>
    private sealed class Mode : IDisposable
    {
        private readonly byte[] _before = new byte[TermiosBytes];
        private readonly bool _changed;
        private int _restored;

        public Mode(Change change)
        {
            if (GetAttributes(StandardInput, ref _before[0]) != 0)
            {
                return;
            }

            byte[] after = [.. _before];
            change(after);
            _changed = SetAttributes(StandardInput, Now, ref after[0]) == 0;
            AppDomain.CurrentDomain.ProcessExit += OnExit;
        }

        public void Dispose()
        {
            if (_changed && Interlocked.Exchange(ref _restored, 1) == 0)
            {
                SetAttributes(StandardInput, Now, ref _before[0]);
                AppDomain.CurrentDomain.ProcessExit -= OnExit;
            }
        }

        private void OnExit(object? sender, EventArgs e) => Dispose();
    }
}
