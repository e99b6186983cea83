using System.Runtime.InteropServices;

namespace Teleport.Node.Native;

/// <summary>struct winsize.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WindowSize
{
    public ushort Rows;
    public ushort Columns;
    public ushort WidthPixels;
    public ushort HeightPixels;
}

/// <summary>struct termios.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TerminalSettings
{
    public const int CharacterCount = 32;

    public uint Input;
    public uint Output;
    public uint Control;
    public uint Local;
    public byte Line;
    public fixed byte Characters[CharacterCount];
    public uint InputSpeed;
    public uint OutputSpeed;
}

/// <summary>struct epoll_event, which is packed on x64 alone.</summary>
internal readonly unsafe struct EpollEvent
{
    /// <summary>Bytes of one in an array.</summary>
    public static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    public static void Write(byte* place, uint events, long id)
    {
        *(uint*)place = events;
        *(long*)(place + Size - sizeof(long)) = id;
    }

    public static (uint Events, long Id) Read(byte* place) => (*(uint*)place, *(long*)(place + Size - sizeof(long)));
}

/// <summary>struct passwd of Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PasswordEntry
{
    public byte* Name;
    public byte* Password;
    public uint UserId;
    public uint GroupId;
    public byte* RealName;
    public byte* Home;
    public byte* Shell;
}

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public void* Base;
    public nuint Length;
}

/// <summary>struct msghdr on 64-bit systems.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public void* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;
}

/// <summary>struct cmsghdr with one descriptor, padded as CMSG_SPACE does.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct ControlMessage
{
    public nuint Length;
    public int Level;
    public int Type;
    public int Descriptor;
}
