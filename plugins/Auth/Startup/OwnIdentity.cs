using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Pki;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Startup;

/// <summary>The certificate by which this auth server presents itself: issued by itself, short-lived, renewed, never stored.</summary>
internal sealed partial class OwnIdentity(
    ClusterAuthorities authorities, OwnNames names, TimeProvider time, ILogger<OwnIdentity> logger)
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);
    private SslStreamCertificateContext? _current;

    /// <summary>What TLS servers need.</summary>
    public SslStreamCertificateContext Current => Volatile.Read(ref _current) ?? throw new InvalidOperationException("The identity is used before it was issued.");

    public void Renew()
    {
        DateTimeOffset now = time.GetUtcNow();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using SshPrivateKey ssh = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using X509Certificate2 issued = HostCertificateIssuer.Issue(authorities.Current.HostSigner, new HostCertificateRequest
        {
            Identity = new HostIdentity
            {
                HostId = names.HostId, ClusterName = names.ClusterName, Role = SystemRole.Auth, Principals = names.Dns, Expires = now + Life,
            },
            SshKey = ssh.PublicKey,
            TlsPublicKeyInfo = key.ExportSubjectPublicKeyInfo(),
            DnsNames = names.Dns,
            IpAddresses = names.Addresses,
            NotBefore = now - CertificateTimes.Skew,
        }).Tls!;
        // Connections under way keep the one before, so it is not disposed.
        Volatile.Write(ref _current, SslStreamCertificateContext.Create(issued.CopyWithPrivateKey(key), additionalCertificates: null, offline: true));
    }

    /// <summary>Renews in good time, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan delay = Life / 2;
        while (true)
        {
            await Task.Delay(delay, time, cancellationToken);
            try
            {
                Renew();
                delay = Life / 2;
            }
            catch (Exception e) when (e is CryptographicException or Abstractions.Errors.TeleportException)
            {
                LogNotRenewed(e);
                delay = RetryDelay;
            }
        }
    }

    [LoggerMessage(2122, LogLevel.Error, "The auth server's own certificate could not be renewed; trying again.")]
    private partial void LogNotRenewed(Exception exception);
}

/// <summary>What this auth server is called.</summary>
internal sealed record OwnNames(string HostId, string ClusterName, IReadOnlyList<string> Dns, IReadOnlyList<IPAddress> Addresses)
{
    public static OwnNames Of(string hostId, string clusterName, string nodename, IEnumerable<string> publicHosts)
    {
        string[] hosts = [.. publicHosts.Append("localhost").Append("127.0.0.1").Append("::1")];
        IEnumerable<string> dns =
        [
            AuthProtocol.ServerName(clusterName), AuthProtocol.ServerNameSuffix, "*." + AuthProtocol.ServerNameSuffix, nodename,
            .. hosts.Where(static h => !IPAddress.TryParse(h, out _)),
        ];
        return new OwnNames(
            hostId,
            clusterName,
            [.. dns.Where(IsDnsName).Distinct(StringComparer.OrdinalIgnoreCase)],
            [.. hosts.Select(static h => IPAddress.TryParse(h, out IPAddress? a) ? a : null).OfType<IPAddress>().Distinct()]);
    }

    private static bool IsDnsName(string name) =>
        name.Length is > 0 and <= 253
        && name.Split('.').All(static label => label.Length is > 0 and <= 63 && (label == "*" || label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')));
}
