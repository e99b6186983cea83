using Teleport.Hosting.Configuration;

namespace Teleport.Hosting;

/// <summary>The data folder of an instance: its owner's alone, and used by one process at a time.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const string LockFile = "teleport.lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataDirectory(FileStream lockFile) => _lock = lockFile;

    /// <summary>Whether others could look into the folder before it was narrowed.</summary>
    public bool WasOpenToOthers { get; private init; }

    /// <summary>Makes the folder if need be, and takes it.</summary>
    /// <exception cref="ConfigurationException">It cannot be written, or another process uses it.</exception>
    public static DataDirectory Open(string path)
    {
        bool wasOpen = false;
        try
        {
            if (!Directory.Exists(path))
            {
                CreateOwned(path);
            }
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
            {
                wasOpen = true;
                File.SetUnixFileMode(path, OwnerOnly);
            }

            return new DataDirectory(TakeLock(path)) { WasOpenToOthers = wasOpen };
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ConfigurationException([$"Cannot use data_dir {path}: {e.Message} Run as the user that owns it, or choose another by --data-dir or teleport.data_dir."]);
        }
        catch (IOException e) when (e is not FileNotFoundException)
        {
            throw new ConfigurationException([$"Cannot use data_dir {path}: {e.Message}"]);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static void CreateOwned(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    private static FileStream TakeLock(string path)
    {
        string file = Path.Combine(path, LockFile);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new FileStream(file, options);
        }
        catch (IOException e) when (File.Exists(file) && e is not DirectoryNotFoundException)
        {
            throw new ConfigurationException(
                [$"data_dir {path} is in use by another teleport on this host. Stop that one, or choose another folder by --data-dir or teleport.data_dir."]);
        }
    }
}
