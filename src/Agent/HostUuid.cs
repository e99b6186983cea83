using Teleport.Abstractions.Errors;

namespace Teleport.Agent;

/// <summary>The id of this host, kept for life in <c>DATA_DIR/host_uuid</c> and shared by all roles that run on it.</summary>
public static class HostUuid
{
    /// <summary>Reads the id, or makes it if this is the first start. Whoever is first wins.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: the file holds something else.</exception>
    public static async Task<string> ReadOrCreateAsync(string dataDir, CancellationToken cancellationToken)
    {
        string file = Path.Combine(dataDir, "host_uuid");
        if (!File.Exists(file))
        {
            PrivateFiles.TryCreate(file, $"{Guid.NewGuid():D}\n");
        }

        string text = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        return Guid.TryParseExact(text, "D", out Guid id)
            ? id.ToString("D")
            : throw TeleportException.Invalid($"{file} does not hold a host id. Restore it, or delete it and {dataDir}/proc to join anew as another host.");
    }
}
