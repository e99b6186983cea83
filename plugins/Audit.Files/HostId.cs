namespace Teleport.Audit.Files;

/// <summary>The id of this host, which names its folder: several auth servers may share a file system.</summary>
internal static class HostId
{
    /// <summary>Reads <c>DATA_DIR/host_uuid</c>, or makes it if this is the first start.</summary>
    public static async ValueTask<Guid> ReadAsync(string dataDir, CancellationToken cancellationToken)
    {
        string file = Path.Combine(dataDir, "host_uuid");
        if (!File.Exists(file))
        {
            // Under another name first: whoever is first wins, and nobody reads half an id.
            string temporary = $"{file}.{Guid.NewGuid():N}";
            await File.WriteAllTextAsync(temporary, $"{Guid.NewGuid():D}\n", cancellationToken);
            File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            try
            {
                File.Move(temporary, file, overwrite: false);
            }
            catch (IOException) when (File.Exists(file))
            {
                File.Delete(temporary);
            }
        }

        string text = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        return Guid.TryParseExact(text, "D", out Guid id)
            ? id
            : throw new InvalidDataException($"{file} does not hold a host id. Restore it, or delete it to get a new one and join again.");
    }
}
