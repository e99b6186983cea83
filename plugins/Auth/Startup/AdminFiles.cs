using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Security;
using Teleport.Pki;
using Teleport.Pki.Files;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Startup;

/// <summary>What <c>tctl</c> on this host finds in the data folder: an administrator's identity, and where to dial.</summary>
internal sealed partial class AdminFiles(
    ClusterAuthorities authorities, OwnNames names, string dataDir, TimeProvider time, ILogger<AdminFiles> logger)
{
    private const string IdentityName = "admin.identity";
    private const string AddressName = "auth.address";
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);

    public async Task WriteAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(dataDir, "proc");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Identity().Save(Path.Combine(folder, IdentityName));
        string address = Path.Combine(folder, AddressName);
        string partial = $"{address}.{Guid.NewGuid():N}.tmp";
        await File.WriteAllTextAsync(partial, endPoint + "\n", cancellationToken);
        File.Move(partial, address, overwrite: true);
    }

    /// <summary>Renews at half of its life, until cancelled.</summary>
    public async Task RunAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        TimeSpan delay = Life / 2;
        while (true)
        {
            await Task.Delay(delay, time, cancellationToken);
            try
            {
                await WriteAsync(endPoint, cancellationToken);
                delay = Life / 2;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                LogNotWritten(e);
                delay = RetryDelay;
            }
        }
    }

    private IdentityFile Identity()
    {
        DateTimeOffset now = time.GetUtcNow();
        AuthoritySnapshot current = authorities.Current;
        // One P-256 key is good for SSH and TLS alike.
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        IssuedHostCertificates issued = HostCertificateIssuer.Issue(current.HostSigner, new HostCertificateRequest
        {
            Identity = new HostIdentity { HostId = names.HostId, ClusterName = names.ClusterName, Role = SystemRole.Admin, Expires = now + Life },
            SshKey = key.PublicKey,
            TlsPublicKeyInfo = Logins.TlsKeys.Of(key.PublicKey),
            NotBefore = now - CertificateTimes.Skew,
        });
        using (issued.Tls)
        {
            return new IdentityFile
            {
                PrivateKey = key.ToOpenSshPem(),
                SshCertificate = issued.Ssh,
                TlsCertificate = issued.Tls!.ExportCertificatePem(),
                TlsAuthorities = current.HostTlsPem,
                SshAuthorities = [.. current.HostSshLines.Select(l => new HostAuthorityLine(names.ClusterName, SshPublicKey.Parse(l)))],
            };
        }
    }

    [LoggerMessage(2123, LogLevel.Error, "The administrator's identity could not be written; tctl on this host stops working when the present one ends.")]
    private partial void LogNotWritten(Exception exception);
}
