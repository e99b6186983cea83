using Teleport.Abstractions.Errors;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>Finds the programs that are installed beside the host's own.</summary>
internal static class OwnPrograms
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The path of a program.</summary>
    /// <param name="hostExecutable">The host's executable.</param>
    /// <param name="name">The program's file name.</param>
    /// <exception cref="TeleportException">It is not there, or somebody else could have put it there.</exception>
    public static string Find(string hostExecutable, string name)
    {
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(hostExecutable))!, name);
        if (!File.Exists(path))
        {
            throw TeleportException.Unavailable(
                $"Sessions cannot be served: the program {path} is missing. It is part of the installation, beside {Path.GetFileName(hostExecutable)}: install it again.");
        }

        // It is run as root: whoever can change it is root.
        return LibC.geteuid() == 0 && (File.GetUnixFileMode(path) & WritableByOthers) != 0
            ? throw TeleportException.Unavailable($"Sessions cannot be served: {path} can be changed by others than its owner. Run: chmod go-w {path}")
            : path;
    }
}
