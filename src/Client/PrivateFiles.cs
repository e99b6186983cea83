using System.Text;
using Teleport.Abstractions.Errors;

namespace Teleport.Client;

/// <summary>Files and folders that only their owner may read; files appear whole or not at all, and links are not followed (H53).</summary>
public static class PrivateFiles
{
    private const int MaxBytes = 4 * 1024 * 1024;
    private const UnixFileMode FileMode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode0700 = FileMode0600 | UnixFileMode.UserExecute;

    /// <summary>Makes a folder, or narrows one that is there.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: something else is there.</exception>
    public static void CreateFolder(string folder)
    {
        RefuseLink(folder);
        if (File.Exists(folder))
        {
            throw TeleportException.Invalid($"{folder} is a file, but has to be a folder. Move it away.");
        }

        Directory.CreateDirectory(folder, FolderMode0700);
        if (File.GetUnixFileMode(folder) != FolderMode0700)
        {
            File.SetUnixFileMode(folder, FolderMode0700);
        }
    }

    /// <summary>Writes a file in place of an earlier one. A link that has its name is replaced, not followed.</summary>
    public static void Write(string file, string text)
    {
        string temporary = $"{file}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode0600 }))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

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

    /// <summary>Reads a file; <c>null</c>: it is not there.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is a link, or too large.</exception>
    public static string? Read(string file)
    {
        RefuseLink(file);
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > MaxBytes)
            {
                throw TeleportException.Invalid($"{file} has {stream.Length} bytes; at most {MaxBytes} are expected. Move it away, and log in again.");
            }

            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads a secret; <c>null</c>: it is not there. A file that others may read is narrowed first.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is a link, or too large.</exception>
    public static string? ReadSecret(string file)
    {
        RefuseLink(file);
        if (File.Exists(file) && File.GetUnixFileMode(file) is var mode && (mode & ~FileMode0600) != 0)
        {
            File.SetUnixFileMode(file, mode & FileMode0600);
        }

        return Read(file);
    }

    /// <summary>Deletes a file or a link, if it is there.</summary>
    public static void Delete(string file)
    {
        if (File.Exists(file) || IsLink(file))
        {
            File.Delete(file);
        }
    }

    /// <summary>Deletes a folder with what it holds; of a link, only the link.</summary>
    public static void DeleteFolder(string folder)
    {
        if (IsLink(folder))
        {
            File.Delete(folder);
        }
        else if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Refuses to go where a link leads.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is a link.</exception>
    public static void RefuseLink(string path)
    {
        if (IsLink(path))
        {
            throw TeleportException.Invalid($"{path} is a link, which is not followed here. Remove it, and log in again.");
        }
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;
}
