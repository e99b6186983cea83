using System.Runtime.InteropServices;
using System.Text;

namespace Teleport.Spawn;

/// <summary>The descriptors that the node hands over: 0, 1, 2 of the program, 3 for events of our own programs, 4 for control.</summary>
internal static unsafe class Descriptors
{
    public const int Events = 3;
    public const int Control = 4;

    /// <summary>Lets whatever else was inherited, and the control descriptor, end with a successful exec.</summary>
    public static void CloseOthers(bool keepEvents)
    {
        int first = keepEvents ? Control : Events;

        // Marked and not closed: the runtime that runs this code has descriptors of its own among them, perhaps even at the number for events.
        if (LibC.close_range((uint)first, uint.MaxValue, LibC.CLOSE_RANGE_CLOEXEC) != 0)
        {
            MarkOneByOne(first);
        }
    }

    public static byte[] ReadExactly(int descriptor, int length)
    {
        var buffer = new byte[length];
        int done = 0;
        fixed (byte* pointer = buffer)
        {
            while (done < length)
            {
                nint count = LibC.read(descriptor, pointer + done, (nuint)(length - done));
                if (count < 0 && Marshal.GetLastPInvokeError() == LibC.EINTR)
                {
                    continue;
                }

                if (count <= 0)
                {
                    throw new SpawnException("the request ended early");
                }

                done += (int)count;
            }
        }

        return buffer;
    }

    public static void Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint count = LibC.write(descriptor, pointer + done, (nuint)(bytes.Length - done));
                if (count < 0 && Marshal.GetLastPInvokeError() == LibC.EINTR)
                {
                    continue;
                }

                if (count <= 0)
                {
                    // Nobody reads any more; the end of this process says the rest.
                    return;
                }

                done += (int)count;
            }
        }
    }

    /// <summary>Tells the node why the program was not started.</summary>
    public static void Report(string message) => Write(Control, Encoding.UTF8.GetBytes(message));

    // Kernels before 5.11 know no CLOSE_RANGE_CLOEXEC.
    private static void MarkOneByOne(int first)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(path), out int descriptor) && descriptor >= first)
            {
                // The one that reads this folder is gone by now, hence no check.
                _ = LibC.fcntl(descriptor, LibC.F_SETFD, LibC.FD_CLOEXEC);
            }
        }
    }
}
