namespace Teleport.Spawn;

/// <summary>Shows the message of the day, unless the user has asked for silence.</summary>
internal static unsafe class Welcome
{
    private const int MaxBytes = 64 * 1024;

    public static void Show(SpawnRequest request)
    {
        if (request.Welcome.Count == 0 || LibC.access(request.Home + "/.hushlogin", LibC.F_OK) == 0)
        {
            return;
        }

        foreach (string path in request.Welcome)
        {
            Copy(path);
        }
    }

    private static void Copy(string path)
    {
        int descriptor = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        if (descriptor < 0)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[4096];
        for (int total = 0; total < MaxBytes;)
        {
            nint count;
            fixed (byte* pointer = buffer)
            {
                count = LibC.read(descriptor, pointer, (nuint)buffer.Length);
            }

            if (count <= 0)
            {
                break;
            }

            Descriptors.Write(1, buffer[..(int)count]);
            total += (int)count;
        }

        _ = LibC.close(descriptor);
    }
}
