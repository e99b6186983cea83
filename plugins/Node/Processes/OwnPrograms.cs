using Teleport.Abstractions.Errors;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>Finds the programs that are installed beside the host's own.</summary>
internal static class OwnPrograms
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The path of a program: beside the host's executable, or in a folder there; in a program of others, beside the folder of plugins.</summary>
    /// <param name="hostExecutable">The host's executable.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The program's file name.</param>
    /// <exception cref="TeleportException">It is not there, or somebody else could have put it there.</exception>
    public static string Find(string hostExecutable, string folder, string name)
    {
        // Run by `dotnet teleport.dll`, the executable says nothing of where the host is.
        string installation = Path.GetFileNameWithoutExtension(hostExecutable) == "dotnet"
            ? AppContext.BaseDirectory
            : Path.GetDirectoryName(Path.GetFullPath(hostExecutable))!;
        string ofPlugins = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(OwnPrograms).Assembly.Location)!, "..", ".."));
        string path = new[] { installation, ofPlugins }
            .SelectMany(root => new[] { Path.Combine(root, name), Path.Combine(root, folder, name) })
            .FirstOrDefault(File.Exists)
            ?? throw TeleportException.Unavailable(
                $"The program {name} is missing in {installation}. It is part of the installation: install it again, or build it with ./build.sh.");

        // It is run as root: whoever can change it is root.
        return LibC.geteuid() == 0 && (File.GetUnixFileMode(path) & WritableByOthers) != 0
            ? throw TeleportException.Unavailable($"The program {path} can be changed by others than its owner, and would run as root. Run: chmod go-w {path}")
            : path;
    }
}
