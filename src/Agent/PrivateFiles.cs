namespace Teleport.Agent;

/// <summary>Files that only their owner may read, written whole or not at all.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder for the owner only.</summary>
    public static void CreateFolder(string folder) => Directory.CreateDirectory(folder, FileMode | UnixFileMode.UserExecute);

    /// <summary>Writes a file that is not there yet; <c>false</c>: somebody else was first.</summary>
    public static bool TryCreate(string file, string text)
    {
        string temporary = WriteTemporary(file, text);
        try
        {
            File.Move(temporary, file, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(temporary);
            return false;
        }
    }

    /// <summary>Writes a file in place of an earlier one.</summary>
    public static void Replace(string file, string text) => File.Move(WriteTemporary(file, text), file, overwrite: true);

    private static string WriteTemporary(string file, string text)
    {
        string temporary = $"{file}.{Guid.NewGuid():N}";
        using (var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode,
        }))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(text);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        return temporary;
    }
}
