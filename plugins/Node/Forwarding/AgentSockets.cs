using System.Net.Sockets;
using System.Security.Cryptography;
using Teleport.Node.Native;
using Teleport.Node.Processes;

namespace Teleport.Node.Forwarding;

/// <summary>Makes the sockets of forwarded key agents, in a folder that belongs to the node alone.</summary>
/// <remarks>
/// Users may pass through the folder and change nothing in it: nobody can put a link or another socket in the place of one while the node,
/// perhaps root, makes, gives away or removes it. Each socket is its user's alone.
/// </remarks>
internal sealed class AgentSockets : IDisposable
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int NameBytes = 10;
    private const int Backlog = 64;

    private readonly Lock _gate = new();
    private string? _folder;

    /// <summary>Makes a socket that only the user can connect to.</summary>
    /// <exception cref="IOException">It cannot be given to the user.</exception>
    public AgentSocket Create(LocalUser user)
    {
        string path = Path.Combine(Folder(), "agent." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes)));
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, OwnerOnly);
            if (LibC.geteuid() == 0 && LibC.fchownat(LibC.AT_FDCWD, path, user.UserId, user.GroupId, LibC.AT_SYMLINK_NOFOLLOW) != 0)
            {
                throw NativeError.Last($"Cannot give {path} to {user.Name}");
            }

            listener.Listen(Backlog);
            return new AgentSocket(path, listener);
        }
        catch
        {
            listener.Dispose();
            File.Delete(path);
            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_folder is not null && Directory.Exists(_folder))
            {
                Directory.Delete(_folder, recursive: true);
            }

            _folder = null;
        }
    }

    private string Folder()
    {
        lock (_gate)
        {
            // Whoever tidies up /tmp may have removed it.
            if (_folder is null || !Directory.Exists(_folder))
            {
                _folder = Directory.CreateTempSubdirectory("teleport-agent-").FullName;
                File.SetUnixFileMode(_folder, Passable);
            }

            return _folder;
        }
    }
}
