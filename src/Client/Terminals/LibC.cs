using System.Runtime.InteropServices;

namespace Teleport.Client.Terminals;

/// <summary>The few calls of the C library that terminals need.</summary>
internal static unsafe partial class LibC
{
    /// <summary>Larger than <c>struct termios</c> of any C library.</summary>
    public const int TermiosBytes = 256;

    public const int SetNow = 0;
    public const short PollIn = 1;
    public const short PollOut = 4;
    private const nuint GetWindowSize = 0x5413;

    /// <summary>Columns and rows of a terminal; <c>null</c>: it is none, or does not know.</summary>
    public static (int Columns, int Rows)? WindowSize(int descriptor)
    {
        ushort* size = stackalloc ushort[4];
        return ControlDevice(descriptor, GetWindowSize, size) == 0 && size[0] > 0 && size[1] > 0 ? (size[1], size[0]) : null;
    }

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Results;
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetAttributes(int descriptor, byte* termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetAttributes(int descriptor, int actions, byte* termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(byte* termios);

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ControlDevice(int descriptor, nuint request, ushort* argument);
}
