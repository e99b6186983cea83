using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Client.Profiles;
using Teleport.Client.Web;
using Teleport.Pki.Files;
using Teleport.Pki.Identities;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Logins;

/// <summary>Decides whether what a proxy sent for a login is what was asked for (H53).</summary>
/// <param name="time">The clock.</param>
internal sealed class AnswerCheck(TimeProvider time)
{
    private const int MaxKeys = 20;
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(1);

    /// <summary>Checks an answer.</summary>
    /// <param name="answer">What the proxy sent.</param>
    /// <param name="key">The key that was to be certified.</param>
    /// <param name="request">Who logged in.</param>
    /// <param name="serverTime">What the proxy's clock says.</param>
    /// <returns>The identity, and the cluster that its certificates name.</returns>
    /// <exception cref="TeleportException">It is not what was asked for; the message says in which way.</exception>
    public (IdentityFile Identity, string Cluster) Accept(CertificateAnswer answer, SshPrivateKey key, LoginRequest request, DateTimeOffset? serverTime)
    {
        try
        {
            SshCertificate ssh = SshCertificate.Parse(Text(answer.Cert, "SSH certificate").Trim());
            string pem = Text(answer.TlsCert, "X.509 certificate").Trim() + "\n";
            using X509Certificate2 tls = X509Certificate2.CreateFromPem(pem);
            if (ssh.Kind != SshCertificateKind.User || !ssh.Key.Equals(key.PublicKey) || !IsFor(tls, key))
            {
                throw Refuse("its certificates are not for the key that was made here");
            }

            CheckTime(ssh, serverTime);
            string cluster = Names.Check(Agree(ssh, tls, request).ClusterName, "cluster");
            if (answer.Username is { Length: > 0 } name && name != request.User)
            {
                throw Refuse("it is for another user");
            }

            // What it may say of other clusters has no place in a login to this one.
            HostSigner[] signers = [.. (answer.HostSigners ?? []).Where(signer => signer.DomainName == cluster)];
            HostAuthorityLine[] authorities =
                [.. signers.SelectMany(static signer => signer.CheckingKeys ?? []).Take(MaxKeys).Select(line => new HostAuthorityLine(cluster, SshPublicKey.Parse(Decode(line).Trim())))];
            string[] roots = [.. signers.SelectMany(static signer => signer.TlsCerts ?? []).Take(MaxKeys).Select(Certificate)];
            return authorities.Length > 0 && roots.Length > 0
                ? (new IdentityFile { PrivateKey = key.ToPkcs8Pem(), SshCertificate = ssh, TlsCertificate = pem, TlsAuthorities = roots, SshAuthorities = authorities }, cluster)
                : throw Refuse($"it says nothing of the host authority of the cluster {cluster}");
        }
        catch (Exception e) when (e is FormatException or SshException or CryptographicException or ArgumentException)
        {
            throw TeleportException.Unavailable($"The proxy's answer to the login cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Both certificates have to name the user who logged in, and the same cluster.</summary>
    private static UserIdentity Agree(SshCertificate ssh, X509Certificate2 tls, LoginRequest request)
    {
        UserIdentity byTls;
        UserIdentity? bySsh;
        try
        {
            byTls = UserIdentityReader.FromX509(tls);
            // The older format leaves out all but the names.
            bySsh = request.CertificateFormat == "standard" ? UserIdentityReader.FromSsh(ssh) : null;
        }
        catch (TeleportException e)
        {
            throw Refuse(e.Message.TrimEnd('.'));
        }

        return ssh.KeyId != request.User || byTls.UserName != request.User ? throw Refuse("its certificates are for another user")
            : bySsh is not null && bySsh.ClusterName != byTls.ClusterName ? throw Refuse("its certificates are for different clusters")
            : byTls;
    }

    private void CheckTime(SshCertificate certificate, DateTimeOffset? serverTime)
    {
        DateTimeOffset now = time.GetUtcNow();
        bool isEarly = certificate.ValidAfter is { } begins && begins - now > MaxSkew;
        if (isEarly || certificate.ValidBefore <= now)
        {
            string there = serverTime is { } clock ? string.Create(CultureInfo.InvariantCulture, $"; the proxy's says {clock:u}") : "";
            throw TeleportException.Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"The clocks differ: the new certificate is good from {certificate.ValidAfter:u} to {certificate.ValidBefore:u}, and this machine's clock says {now:u}{there}. ") +
                "Set the clock (timedatectl set-ntp true), and log in again.");
        }
    }

    private static bool IsFor(X509Certificate2 certificate, SshPrivateKey key)
    {
        using AsymmetricAlgorithm? own = key.ToAsymmetricAlgorithm();
        return own is not null && certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(own.ExportSubjectPublicKeyInfo());
    }

    private static string Certificate(string base64)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(Decode(base64));
        return certificate.ExportCertificatePem();
    }

    private static string Text(string? base64, string what) => base64 is { Length: > 0 } ? Decode(base64) : throw Refuse($"it has no {what}");

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private static TeleportException Refuse(string why) =>
        TeleportException.Unavailable($"The proxy's answer to the login is refused: {Names.Printable(why)}. Is this proxy to be trusted?");
}
