using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Files;
using Teleport.Ssh;

namespace Teleport.Agent.Joining;

/// <summary>Keeps the identity of each role in <c>DATA_DIR/proc/ROLE.identity</c>.</summary>
internal sealed partial class IdentityStore(string dataDir, SystemRole role, TimeProvider time, ILogger logger)
{
    private readonly string _file = Path.Combine(dataDir, "proc", $"{role.ToString().ToLowerInvariant()}.identity");

    /// <summary>The stored identity, or <c>null</c> when there is none that can still be used.</summary>
    public HostCredentials? Load(string hostId, HostKeys keys)
    {
        if (!File.Exists(_file))
        {
            return null;
        }

        try
        {
            HostCredentials credentials = HostCredentials.Of(IdentityFile.Load(_file));
            if (credentials.Identity.HostId != hostId || credentials.Identity.Role != role || !credentials.Ssh.PublicKey.Equals(keys.SshPublicKey))
            {
                LogUnusable(_file, "it belongs to another host, role or key");
                return null;
            }

            DateTimeOffset now = time.GetUtcNow();
            if (credentials.Identity.Expires <= now)
            {
                LogUnusable(_file, $"it expired at {credentials.Identity.Expires:u}");
                return null;
            }

            if (credentials.Begins > now)
            {
                LogClockBehind(_file, credentials.Begins - now);
            }

            return credentials;
        }
        catch (Exception e) when (e is TeleportException or SshException or CryptographicException or IOException or UnauthorizedAccessException)
        {
            LogUnusable(_file, e.Message);
            return null;
        }
    }

    public void Save(HostCredentials credentials) => PrivateFiles.Replace(_file, credentials.File.Format());

    [LoggerMessage(1101, LogLevel.Warning, "The stored identity {File} cannot be used: {Reason}. Joining anew.")]
    private partial void LogUnusable(string file, string reason);

    [LoggerMessage(1105, LogLevel.Warning, "The clock of this host is wrong by {Offset} at least: the stored identity {File} is not valid yet. Others will refuse it; set the clock.")]
    private partial void LogClockBehind(string file, TimeSpan offset);
}
