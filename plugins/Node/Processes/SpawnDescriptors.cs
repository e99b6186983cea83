using Microsoft.Win32.SafeHandles;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>Makes the descriptors that a helper is started with.</summary>
internal static unsafe class SpawnDescriptors
{
    /// <summary>The helper's own are 0 to 4: what is copied there must not lie there, or one copy would overwrite the next.</summary>
    private const int FirstFree = 10;

    /// <summary>A pipe that the program reads.</summary>
    public static (Descriptor Ours, SafeFileHandle Theirs) ToProgram(DescriptorLoop loop)
    {
        int* ends = stackalloc int[2];
        Pipe(ends);
        return (loop.Watch(ends[1]), new SafeFileHandle(Move(ends[0]), ownsHandle: true));
    }

    /// <summary>A pipe that the program writes.</summary>
    public static (Descriptor Ours, SafeFileHandle Theirs) FromProgram(DescriptorLoop loop)
    {
        int* ends = stackalloc int[2];
        Pipe(ends);
        return (loop.Watch(ends[0]), new SafeFileHandle(Move(ends[1]), ownsHandle: true));
    }

    /// <summary>A pair of sockets: the request goes one way, errors and descriptors come the other.</summary>
    public static (Descriptor Ours, SafeFileHandle Theirs) Control(DescriptorLoop loop)
    {
        int* ends = stackalloc int[2];
        if (LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0, ends) != 0)
        {
            throw NativeError.Last("Cannot make a pair of sockets");
        }

        return (loop.Watch(ends[0]), new SafeFileHandle(Move(ends[1]), ownsHandle: true));
    }

    /// <summary>The same descriptor at a number that is out of the way; the old number is closed.</summary>
    public static int Move(int descriptor)
    {
        if (descriptor >= FirstFree)
        {
            return descriptor;
        }

        int moved = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, FirstFree);
        if (moved < 0)
        {
            throw NativeError.Last("Cannot copy a descriptor");
        }

        _ = LibC.close(descriptor);
        return moved;
    }

    private static void Pipe(int* ends)
    {
        if (LibC.pipe2(ends, LibC.O_CLOEXEC) != 0)
        {
            throw NativeError.Last("Cannot make a pipe");
        }
    }
}
