using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Certificates.V1;
using Teleport.Api.Login.V1;
using Teleport.Client.Profiles;
using Teleport.Pki.Files;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Requests;

/// <summary>Exchanges a login's certificates for ones with, or without, the grants of access requests. The key stays.</summary>
public static class GrantReissue
{
    /// <summary>Exchanges.</summary>
    /// <param name="auth">The auth service, as the login's user.</param>
    /// <param name="identity">The present login.</param>
    /// <param name="add">Requests whose grants are added.</param>
    /// <param name="drop">Requests that are left out; <c>*</c>: all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TeleportException">A request gives nothing, or the answer is not what was asked for.</exception>
    public static async Task<IdentityFile> RunAsync(
        AuthClient auth, ClientIdentity identity, IEnumerable<string> add, IEnumerable<string> drop, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(auth);
        ArgumentNullException.ThrowIfNull(identity);
        using SshPrivateKey key = identity.File.OpenSshKey();
        UserCertificates issued = await auth.Certificates.IssueUserAsync(
            new IssueUserRequest { SshPublicKey = key.PublicKey.ToAuthorizedKeysLine(), AccessRequests = { add }, DropAccessRequests = { drop } },
            cancellationToken: cancellationToken);
        try
        {
            SshCertificate certificate = SshCertificate.Parse(issued.SshCertificate);
            return certificate.Key.Equals(key.PublicKey) && certificate.KeyId == identity.Certificate?.KeyId && issued.TlsCertificate.Length > 0
                ? identity.File with { SshCertificate = certificate, TlsCertificate = issued.TlsCertificate }
                : throw TeleportException.Unavailable("The auth service issued certificates for another key or user; they are not used.");
        }
        catch (Exception e) when (e is SshException or FormatException)
        {
            throw TeleportException.Unavailable($"The certificates cannot be read: {e.Message}", e);
        }
    }
}
