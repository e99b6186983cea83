using Teleport.Abstractions.Errors;

namespace Teleport.Client;

/// <summary>Files and folders that only their owner may read; files appear whole or not at all, and links are not followed.</summary>
public static class PrivateFiles
{
    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder, or narrows one that is there.</summary>
    public static void CreateFolder(string folder)
    {
        Directory.CreateDirectory(folder, Read | UnixFileMode.UserExecute);
        if (new DirectoryInfo(folder).LinkTarget is not null)
        {
            throw TeleportException.Invalid($"{folder} is a link; it has to be a folder of its own. Remove the link.");
        }

        File.SetUnixFileMode(folder, Read | UnixFileMode.UserExecute);
    }

    /// <summary>Writes a file in place of an earlier one.</summary>
    public static void Write(string file, string text)
    {
        string temporary = $"{file}.{Guid.NewGuid():N}";
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Read }))
            using (var writer = new StreamWriter(stream))
            {
                writer.Write(text);
            }

            // A rename replaces a link itself, never what it points to.
            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes a file that must not be there yet, unless it may be replaced.</summary>
    /// <exception cref="TeleportException">Code <c>conflict</c>: it is there.</exception>
    public static void WriteNew(string file, string text, bool overwrite)
    {
        if (!overwrite && File.Exists(file))
        {
            throw TeleportException.Conflict($"{file} exists already. Use --overwrite to replace it, or another name.");
        }

        Write(file, text);
    }
}
