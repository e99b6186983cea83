using System.Runtime.InteropServices;

namespace Teleport.Spawn;

/// <summary>struct rlimit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResourceLimit
{
    public ulong Soft;
    public ulong Hard;
}

/// <summary>struct group, as far as it is read.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GroupEntry
{
    public byte* Name;
    public byte* Password;
    public uint GroupId;
}

/// <summary>sigset_t: 1024 bits.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct SignalSet
{
    public ulong First;
}

/// <summary>struct sigaction of glibc and musl on 64-bit systems.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SignalAction
{
    public nint Handler;
    public SignalSet Mask;
    public int Flags;
    public nint Restorer;
}

/// <summary>struct sockaddr_un.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SocketAddress
{
    public const int MaxPath = 108;

    public ushort Family;
    public fixed byte Path[MaxPath];
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

/// <summary>struct stat; only the mode is read, whose place differs.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    [FieldOffset(24)]
    private readonly uint _modeX64;

    [FieldOffset(16)]
    private readonly uint _modeArm64;

    public readonly uint Mode => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? _modeX64 : _modeArm64;
}
