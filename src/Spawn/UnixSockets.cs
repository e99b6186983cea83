using System.Text;

namespace Teleport.Spawn;

/// <summary>Connects to and listens on Unix sockets with the user's rights, and hands the descriptor to the node (SCM_RIGHTS).</summary>
internal static unsafe class UnixSockets
{
    private const int Backlog = 64;
    private const uint OwnerOnly = 0x7F; // 0177

    public static void Connect(string path) => HandOver(Open(path, static (socket, address, length) => LibC.connect(socket, address, length), $"cannot connect to {path}"));

    public static void Listen(string path)
    {
        // Only the user connects, as with OpenSSH's StreamLocalBindMask.
        _ = LibC.umask(OwnerOnly);
        int socket = Open(path, static (socket, address, length) => LibC.bind(socket, address, length), $"cannot bind {path}");
        if (LibC.listen(socket, Backlog) != 0)
        {
            throw SpawnException.Of($"cannot listen on {path}");
        }

        HandOver(socket);
    }

    public static void Unlink(string path)
    {
        FileStatus status;
        if (LibC.lstat(path, &status) == 0 && (status.Mode & LibC.S_IFMT) == LibC.S_IFSOCK && LibC.unlink(path) != 0)
        {
            throw SpawnException.Of($"cannot remove {path}");
        }
    }

    private delegate int AddressCall(int socket, SocketAddress* address, uint length);

    private static int Open(string path, AddressCall call, string what)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (path.Length == 0 || path[0] != '/' || length >= SocketAddress.MaxPath)
        {
            throw new SpawnException($"\"{path}\" is not the path of a socket: an absolute path of at most {SocketAddress.MaxPath - 1} bytes is needed");
        }

        SocketAddress address = default;
        address.Family = LibC.AF_UNIX;
        Encoding.UTF8.GetBytes(path, new Span<byte>(address.Path, SocketAddress.MaxPath));
        int socket = LibC.socket(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0);
        if (socket < 0 || call(socket, &address, (uint)sizeof(SocketAddress)) != 0)
        {
            throw SpawnException.Of(what);
        }

        return socket;
    }

    private static void HandOver(int descriptor)
    {
        byte one = 0;
        IoVector vector = new() { Base = &one, Length = 1 };
        ControlMessage control = new() { Length = (nuint)(sizeof(ControlMessage) - sizeof(int)), Level = LibC.SOL_SOCKET, Type = LibC.SCM_RIGHTS, Descriptor = descriptor };
        MessageHeader message = new() { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = (nuint)sizeof(ControlMessage) };
        if (LibC.sendmsg(Descriptors.Control, &message, 0) != 1)
        {
            throw SpawnException.Of("cannot hand over the socket");
        }
    }
}
