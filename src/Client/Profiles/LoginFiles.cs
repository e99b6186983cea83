using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Pki.Files;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Profiles;

/// <summary>The files of one login. The caller holds the lock.</summary>
internal sealed class LoginFiles(ProfilePaths paths, Profile profile)
{
    private readonly string _privateKey = paths.PrivateKey(profile.ProxyHost, profile.User);
    private readonly string _publicKey = paths.PublicKey(profile.ProxyHost, profile.User);
    private readonly string _certificate = paths.SshCertificate(profile.ProxyHost, profile.User, profile.Cluster);
    private readonly string _tls = paths.TlsCertificate(profile.ProxyHost, profile.User);

    /// <summary>The user's keys and certificates; <c>null</c>: logged out.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: they are damaged.</exception>
    public ClientIdentity? Read()
    {
        try
        {
            RefuseLinkedFolders();
            if (PrivateFiles.ReadSecret(_privateKey) is not { } key || PrivateFiles.Read(_certificate) is not { } text)
            {
                return null;
            }

            SshCertificate certificate = SshCertificate.Parse(text.Trim());
            using SshPrivateKey parsed = SshPrivateKey.Parse(key);
            return certificate.Key.Equals(parsed.PublicKey)
                ? ClientIdentity.Of(new IdentityFile
                {
                    PrivateKey = key,
                    SshCertificate = certificate,
                    TlsCertificate = PrivateFiles.Read(_tls) is { Length: > 0 } tls ? tls : null,
                    TlsAuthorities = Certificates(PrivateFiles.Read(paths.TlsAuthorities(profile.ProxyHost)) ?? ""),
                    SshAuthorities =
                    [
                        .. KnownHostsUpdate.KeysOf(PrivateFiles.Read(paths.KnownHosts) ?? "", profile.Cluster).Select(known => new HostAuthorityLine(profile.Cluster, known)),
                    ],
                })
                : throw TeleportException.Invalid("key and certificate do not belong together.");
        }
        catch (Exception e) when (e is SshException or CryptographicException or IOException or TeleportException)
        {
            throw new TeleportException(
                ErrorCode.Invalid,
                $"The certificates of {profile.User} for {profile.ProxyHost} cannot be read: {e.Message} Log in again with: tsh login --proxy={profile.WebAddress.ToHostPort()} --user={profile.User}",
                e);
        }
    }

    /// <summary>Writes a login. Cut short, it leaves the user logged out, never with parts of two logins: the certificate goes first and comes last.</summary>
    public void Write(IdentityFile identity, string knownHosts)
    {
        string host = profile.ProxyHost;
        PrivateFiles.CreateFolder(paths.SshFolder(host, profile.User));
        PrivateFiles.Delete(_certificate);
        PrivateFiles.Write(_privateKey, identity.PrivateKey);
        PrivateFiles.Write(_publicKey, identity.SshCertificate!.Key.ToAuthorizedKeysLine($"teleport:{profile.User}") + "\n");
        PrivateFiles.Write(_tls, identity.TlsCertificate ?? "");
        PrivateFiles.Write(paths.TlsAuthorities(host), string.Join('\n', identity.TlsAuthorities.Select(static pem => pem.Trim())) + "\n");
        PrivateFiles.Write(paths.ProxyKnownHosts(host), string.Concat(identity.SshAuthorities.Select(static line => line.Format() + "\n")));
        PrivateFiles.Write(paths.KnownHosts, knownHosts);
        PrivateFiles.Write(paths.Profile(host), ProfileFile.Format(profile));
        PrivateFiles.Write(_certificate, identity.SshCertificate.ToAuthorizedKeysLine() + "\n");
    }

    /// <summary>Deletes a login.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Delete()
    {
        RefuseLinkedFolders();
        bool was = File.Exists(_privateKey);
        foreach (string file in new[] { _privateKey, _publicKey, _tls, paths.Profile(profile.ProxyHost) })
        {
            PrivateFiles.Delete(file);
        }

        PrivateFiles.DeleteFolder(paths.SshFolder(profile.ProxyHost, profile.User));
        return was;
    }

    private void RefuseLinkedFolders()
    {
        string keys = paths.Keys(profile.ProxyHost);
        PrivateFiles.RefuseLink(Path.GetDirectoryName(keys)!);
        PrivateFiles.RefuseLink(keys);
        PrivateFiles.RefuseLink(paths.SshFolder(profile.ProxyHost, profile.User));
    }

    private static IReadOnlyList<string> Certificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return [.. certificates.Select(static certificate => certificate.ExportCertificatePem())];
    }
}
